{# Grain: one row per conversion step, from a stage to a later one. Each stage is measured to the
   next stage and to its goal: the next win or renewal, which is what waiting there is worth. #}
with

stages as (

    select
        *,
        lead(stage) over (order by stage_order) as next_stage,
        lead(owner_team) over (order by stage_order) as next_owner_team
    from {{ ref('lifecycle_stages') }}
    where not is_exit

),

goal_stages as (

    select * from stages
    where planning_node = 'win' or entered_by = 'renewal_won'

),

stage_goals as (

    select
        stages.stage,
        {{ first_by('goal_stages.stage', 'goal_stages.stage_order') }} as goal_stage
    from stages
    inner join goal_stages on stages.stage_order < goal_stages.stage_order
    group by stages.stage

),

stage_pairs as (

    select
        stage,
        next_stage as to_stage
    from stages
    where next_stage is not null
    union
    select
        stage,
        goal_stage as to_stage
    from stage_goals

),

int_conversion_steps_listed as (

    select
        stage_pairs.stage || '_to_' || stage_pairs.to_stage as step,
        stage_pairs.stage,
        stage_pairs.to_stage,
        stages.stage_order,
        stage_pairs.to_stage = stages.next_stage as is_next,
        stage_pairs.to_stage = stages.next_stage and stages.owner_team != stages.next_owner_team
            as is_handoff,
        coalesce(stage_pairs.to_stage = stage_goals.goal_stage, false) as is_goal
    from stage_pairs
    inner join stages on stage_pairs.stage = stages.stage
    left join stage_goals on stage_pairs.stage = stage_goals.stage

)

select * from int_conversion_steps_listed
