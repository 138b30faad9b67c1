{# Grain: one row per stage up to the win, and funnel ('all' is the whole company): how many
   journeys wait there, how slow and leaky the stage is, and what one more point of its conversion
   is worth a year. Customers are one row: all who are active, with the renewal as their conversion
   and without a time limit. #}
with

open_journeys as (select * from {{ ref('open_journeys') }}),

steps as (select * from {{ ref('int_stage_pairs_listed') }}),

stages as (

    select
        *,
        stage_order > max(case when planning_node = 'win' then stage_order end) over ()
            as is_after_win,
        coalesce(planning_node = 'win', false) as is_win,
        max(case when planning_node = 'win' then stage end) over () as win_stage
    from {{ ref('lifecycle_stages') }}

),

typical_amounts as (select * from {{ ref('int_win_amounts_estimated') }}),

final_estimates as (

    select * from {{ ref('conversion_estimates_by_slice') }}
    where horizon_days is null and slice_name in ('all', 'funnel')

),

stage_durations as (

    select * from {{ ref('stage_velocity_by_slice') }}
    where departure_type = 'any' and slice_name in ('all', 'funnel')

),

slices as (

    {{ slices(['all', 'funnel']) }}

),

sliced_open_journeys as (

    select
        case when stages.is_after_win then stages.win_stage else stages.stage end as stage,
        open_journeys.expected_amount,
        open_journeys.is_past_limit,
        case when slices.slice_name = 'all' then 'all' else open_journeys.funnel end as funnel
    from open_journeys
    inner join stages on open_journeys.stage = stages.stage
    cross join slices

),

open_totals as (

    select
        stage,
        funnel,
        count(*) as open_count,
        count(*) filter (where is_past_limit) as past_limit_count,
        sum(expected_amount) as expected_amount,
        sum(expected_amount) filter (where is_past_limit) as trapped_amount
    from sliced_open_journeys
    group by stage, funnel

),

-- The step from a stage to the next, and the step from there to the goal that follows. From the win
-- it is the step to the renewal itself.
stage_goals as (

    select
        next_steps.stage,
        next_steps.step,
        case when next_steps.is_goal then next_steps.to_stage else goal_steps.to_stage end
            as goal_stage,
        case when not next_steps.is_goal then goal_steps.step end as goal_step
    from steps as next_steps
    left join steps as goal_steps on next_steps.to_stage = goal_steps.stage and goal_steps.is_goal
    where
        (next_steps.is_next and not next_steps.is_after_win)
        or (next_steps.is_goal and next_steps.is_after_win)

),

stage_rates as (

    -- A funnel with too few conversions, or in which nobody has come so far, takes the company's
    -- rate.
    select
        stage_goals.stage,
        stage_goals.goal_stage,
        next_estimates.slice_value as funnel,
        next_estimates.year_entered_count,
        next_estimates.estimated_rate as next_stage_rate,
        case
            when stage_goals.goal_step is null then 1
            when goal_estimates.converted_count >= {{ int_var('minimum_group_size') }}
                then goal_estimates.estimated_rate
            else company_estimates.estimated_rate
        end as next_stage_to_goal_rate
    from stage_goals
    inner join final_estimates as next_estimates on stage_goals.step = next_estimates.step
    left join final_estimates as goal_estimates
        on
            stage_goals.goal_step = goal_estimates.step
            and next_estimates.slice_name = goal_estimates.slice_name
            and next_estimates.slice_value = goal_estimates.slice_value
    left join final_estimates as company_estimates
        on stage_goals.goal_step = company_estimates.step and company_estimates.slice_name = 'all'

),

stage_gains as (

    select
        stage_rates.*,
        typical_amounts.average_goal_amount,
        -- Revenue a year of 100 more points of conversion to the next stage.
        stage_rates.year_entered_count
        * stage_rates.next_stage_to_goal_rate
        * typical_amounts.average_goal_amount as full_gain
    from stage_rates
    left join typical_amounts
        on
            stage_rates.goal_stage = typical_amounts.stage
            and stage_rates.funnel = typical_amounts.funnel

),

bottlenecks as (

    select
        stage_gains.stage,
        stage_gains.funnel,
        stages.owner_team,
        coalesce(open_totals.open_count, 0) as open_count,
        -- Customers wait in several stages, each with a limit of its own.
        case when not stages.is_win then coalesce(open_totals.past_limit_count, 0) end
            as past_limit_count,
        case when not stages.is_win then stages.time_limit_days end as time_limit_days,
        case when not stages.is_win then stage_durations.median_stay_days end as median_stay_days,
        case when not stages.is_win then stage_durations.p90_stay_days end as p90_stay_days,
        cast(coalesce(open_totals.expected_amount, 0) as decimal(18, 2)) as expected_amount,
        case
            when not stages.is_win
                then cast(coalesce(open_totals.trapped_amount, 0) as decimal(18, 2))
        end as trapped_amount,
        stage_gains.year_entered_count,
        stage_gains.next_stage_rate,
        cast(stage_gains.next_stage_to_goal_rate as decimal(9, 6)) as next_stage_to_goal_rate,
        stage_gains.average_goal_amount,
        cast(stage_gains.full_gain / 100 as decimal(18, 2)) as one_point_gain_amount,
        case
            when stage_gains.full_gain is not null
                then rank() over (
                    partition by stage_gains.funnel
                    order by stage_gains.full_gain desc nulls last
                )
        end as gain_rank,
        stage_gains.funnel = 'all' as is_total
    from stage_gains
    inner join stages on stage_gains.stage = stages.stage
    left join open_totals
        on stage_gains.stage = open_totals.stage and stage_gains.funnel = open_totals.funnel
    left join stage_durations
        on
            stage_gains.stage = stage_durations.stage
            and stage_gains.funnel = stage_durations.slice_value

)

select * from bottlenecks
