{# Grain: one row a funnel: today's leads a week, the most it can work, and how long a lead takes
   to pay. #}
with

prices as (select * from {{ ref('int_plan_prices_estimated') }} where sample_number = 0),

capacity as (select * from {{ ref('owner_capacity') }} where planning_node = 'lead'),

first_lead as (

    select * from {{ ref('int_plan_arrivals_estimated') }}
    where scenario = 'base' and source = 'first' and node = 'win' and sample_number = 0

),

today as (

    select
        funnel,
        {{ exact_sum('weekly_leads') }} as weekly_leads
    from prices
    group by funnel

),

workable as (

    select
        funnel,
        sum(weekly_count) as weekly_leads
    from capacity
    group by funnel

),

paid as (

    select
        funnel,
        week_number,
        sum(coalesce(won_value, entry_volume)) over (partition by funnel order by week_number)
        / nullif(sum(coalesce(won_value, entry_volume)) over (partition by funnel), 0) as paid_share
    from first_lead

),

halves as (

    select
        funnel,
        min(week_number) as half_paid_weeks
    from paid
    where paid_share >= 0.5
    group by funnel

),

int_plan_limits_estimated as (

    select
        today.funnel,
        today.weekly_leads as today_weekly_leads,
        {{ as_double(
            'coalesce(workable.weekly_leads, ' ~ int_var('planning_most_growth') ~ ' * today.weekly_leads)'
        ) }} as most_weekly_leads,
        cast(7 * halves.half_paid_weeks + 4 as bigint) as half_paid_days
    from today
    left join workable on today.funnel = workable.funnel
    left join halves on today.funnel = halves.funnel

)

select * from int_plan_limits_estimated
