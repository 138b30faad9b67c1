{# Grain: one row a stage and funnel ('all' is the whole company): who waits there and too long, how
   slow and how leaky it is, and what one more point of its conversion would bring in a year. #}
with

open_journeys as (select * from {{ ref('open_journeys') }}),

steps as (select * from {{ ref('conversion_steps') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

estimates as (

    select * from {{ ref('conversion_estimates') }}
    where horizon_days is null and slice_name in ('all', 'funnel')

),

velocity as (select * from {{ ref('stage_velocity') }} where way = 'left'),

amounts as (select * from {{ ref('typical_amounts') }}),

ladder as (

    select
        next_steps.step,
        next_steps.stage,
        case when next_steps.is_prize then next_steps.to_stage else onward.to_stage end
            as prize_stage,
        case when not next_steps.is_prize then onward.step end as onward_step
    from steps as next_steps
    left join steps as onward on next_steps.to_stage = onward.stage and onward.is_prize
    where next_steps.is_next

),

onward_rates as (

    -- Fewer conversions than five make no rate: the whole company's is taken.
    select
        own.step,
        own.slice_value as funnel,
        case when own.converted_count >= 5 then own.estimated_rate else company.estimated_rate end
            as onward_rate
    from estimates as own
    inner join estimates as company on own.step = company.step and company.slice_name = 'all'

),

waiting as (

    select
        stage,
        case when grouping(funnel) = 0 then funnel else 'all' end as funnel,
        count(*) as open_count,
        count(*) filter (where is_past_limit) as past_limit_count,
        sum(expected_amount) as expected_amount,
        sum(case when is_past_limit then expected_amount else 0 end) as trapped_amount
    from open_journeys
    group by grouping sets ((stage), (stage, funnel))

),

valued as (

    select
        estimates.slice_value as funnel,
        ladder.step,
        ladder.stage,
        estimates.year_entered_count,
        estimates.estimated_rate as converted_rate,
        case when ladder.onward_step is null then 1 else onward_rates.onward_rate end
            as onward_rate,
        amounts.typical_amount
    from estimates
    inner join ladder on estimates.step = ladder.step
    left join onward_rates
        on
            ladder.onward_step = onward_rates.step
            and estimates.slice_value = onward_rates.funnel
    left join amounts
        on ladder.prize_stage = amounts.stage and estimates.slice_value = amounts.funnel

),

bottlenecks as (

    select
        valued.stage,
        valued.funnel,
        stages.owner_team,
        coalesce(waiting.open_count, 0) as open_count,
        coalesce(waiting.past_limit_count, 0) as past_limit_count,
        stages.time_limit_days,
        velocity.median_days,
        velocity.p90_days,
        cast(coalesce(waiting.expected_amount, 0) as decimal(18, 2)) as expected_amount,
        cast(coalesce(waiting.trapped_amount, 0) as decimal(18, 2)) as trapped_amount,
        valued.year_entered_count,
        valued.converted_rate,
        cast(valued.onward_rate as decimal(9, 6)) as onward_rate,
        valued.typical_amount,
        cast(
            0.01 * valued.year_entered_count * valued.onward_rate * valued.typical_amount
            as decimal(18, 2)
        ) as point_amount,
        rank() over (
            partition by valued.funnel
            order by valued.year_entered_count * valued.onward_rate * valued.typical_amount
                desc nulls last
        ) as worth_number
    from valued
    inner join stages on valued.stage = stages.stage
    left join waiting on valued.stage = waiting.stage and valued.funnel = waiting.funnel
    left join velocity on valued.stage = velocity.stage and valued.funnel = velocity.slice_value

)

select * from bottlenecks
