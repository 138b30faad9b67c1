{# Grain: one row per conversion step, a pair of stages. Each stage up to the win is measured to the
   next stage and to its goal, which is what waiting there is worth: the win, and of a customer the
   renewal. What happens after the win has no order, so each of these events is measured from the
   win. #}
with

stages as (

    select
        *,
        lead(stage) over (order by stage_order) as next_stage,
        lead(owner_team) over (order by stage_order) as next_owner_team,
        max(case when planning_node = 'win' then stage_order end) over () as win_order
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
    where stages.stage_order <= stages.win_order
    group by stages.stage

),

stage_pairs as (

    select
        stage,
        next_stage as to_stage
    from stages
    where next_stage is not null and stage_order <= win_order
    union
    select
        stage,
        goal_stage as to_stage
    from stage_goals
    union
    select
        wins.stage,
        stages.stage as to_stage
    from stages as wins
    inner join stages on wins.win_order < stages.stage_order
    where wins.planning_node = 'win'

),

int_stage_pairs_listed as (

    select
        stage_pairs.stage || '_to_' || stage_pairs.to_stage as step,
        stage_pairs.stage,
        stage_pairs.to_stage,
        stages.stage_order,
        stage_pairs.to_stage = stages.next_stage as is_next,
        stage_pairs.to_stage = stages.next_stage and stages.owner_team != stages.next_owner_team
            as is_handoff,
        coalesce(stage_pairs.to_stage = stage_goals.goal_stage, false) as is_goal,
        stages.stage_order = stages.win_order as is_after_win
    from stage_pairs
    inner join stages on stage_pairs.stage = stages.stage
    left join stage_goals on stage_pairs.stage = stage_goals.stage

)

select * from int_stage_pairs_listed
