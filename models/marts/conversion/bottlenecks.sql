{# Grain: one row a stage and funnel ('all' is the whole company): who waits there and too long, how
   slow and how leaky it is, and what one more point of its conversion would bring in a year. #}
with

open_journeys as (select * from {{ ref('open_journeys') }}),

steps as (select * from {{ ref('conversion_steps') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

estimates as (

    select
        *,
        max(case when slice_name = 'all' then estimated_rate end) over (partition by step)
            as company_rate
    from {{ ref('conversion_estimates') }}
    where horizon_days is null and slice_name in ('all', 'funnel')

),

velocity as (

    select * from {{ ref('stage_velocity') }}
    where way = 'left' and slice_name in ('all', 'funnel')

),

amounts as (select * from {{ ref('int_typical_amounts_estimated') }}),

slices as ({{ slices(['all', 'funnel']) }}),

waiting as (

    select
        open_journeys.stage,
        case when slices.slice_name = 'all' then 'all' else open_journeys.funnel end as funnel,
        count(*) as open_count,
        count(*) filter (where open_journeys.is_past_limit) as past_limit_count,
        sum(open_journeys.expected_amount) as expected_amount,
        sum(open_journeys.expected_amount) filter (where open_journeys.is_past_limit)
            as trapped_amount
    from open_journeys
    cross join slices
    group by
        open_journeys.stage,
        case when slices.slice_name = 'all' then 'all' else open_journeys.funnel end

),

ladder as (

    select
        upward.step,
        upward.stage,
        case when upward.is_prize then upward.to_stage else onward.to_stage end as prize_stage,
        case when not upward.is_prize then onward.step end as onward_step
    from steps as upward
    left join steps as onward on upward.to_stage = onward.stage and onward.is_prize
    where upward.is_next

),

valued as (

    select
        ladder.stage,
        estimates.slice_value as funnel,
        estimates.year_entered_count,
        estimates.estimated_rate as converted_rate,
        case
            when ladder.onward_step is null then 1
            -- Fewer than five make no rate.
            when onward.converted_count >= 5 then onward.estimated_rate
            else onward.company_rate
        end as onward_rate,
        amounts.typical_amount
    from estimates
    inner join ladder on estimates.step = ladder.step
    left join estimates as onward
        on ladder.onward_step = onward.step and estimates.slice_value = onward.slice_value
    left join amounts
        on ladder.prize_stage = amounts.stage and estimates.slice_value = amounts.funnel

),

worth as (

    select
        *,
        year_entered_count * onward_rate * typical_amount as gain
    from valued

),

bottlenecks as (

    select
        worth.stage,
        worth.funnel,
        stages.owner_team,
        coalesce(waiting.open_count, 0) as open_count,
        coalesce(waiting.past_limit_count, 0) as past_limit_count,
        stages.time_limit_days,
        velocity.median_days,
        velocity.p90_days,
        cast(coalesce(waiting.expected_amount, 0) as decimal(18, 2)) as expected_amount,
        cast(coalesce(waiting.trapped_amount, 0) as decimal(18, 2)) as trapped_amount,
        worth.year_entered_count,
        worth.converted_rate,
        cast(worth.onward_rate as decimal(9, 6)) as onward_rate,
        worth.typical_amount,
        cast(worth.gain / 100 as decimal(18, 2)) as point_amount,
        case
            when worth.gain is not null
                then rank() over (partition by worth.funnel order by worth.gain desc nulls last)
        end as worth_number
    from worth
    inner join stages on worth.stage = stages.stage
    left join waiting on worth.stage = waiting.stage and worth.funnel = waiting.funnel
    left join velocity on worth.stage = velocity.stage and worth.funnel = velocity.slice_value

)

select * from bottlenecks
