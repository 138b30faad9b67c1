{# Grain: one row a scenario, funnel, source, sample and period with a target: the revenue that
   falls into it.

A period is a month, or `all`: every month of the funnel's targets that a plan can reach. #}
with

arrivals as (select * from {{ ref('int_plan_arrivals_estimated') }} where node = 'win'),

months as (select * from {{ ref('int_plan_periods_listed') }} where target_month is not null),

by_month as (

    select
        arrivals.scenario,
        arrivals.funnel,
        arrivals.source,
        arrivals.sample_number,
        months.target_month,
        {{ exact_sum('arrivals.entry_volume * ' ~ week_in_month(), 12) }} as win_volume,
        {{ exact_sum('arrivals.won_value * ' ~ week_in_month()) }} as won_value,
        {{ exact_sum('arrivals.square_value * ' ~ week_in_month()) }} as square_value
    from arrivals
    inner join months
        on
            arrivals.funnel = months.funnel
            and 7 * arrivals.week_number + 7 > months.from_day
            and 7 * arrivals.week_number < months.before_day
    where months.has_target
    group by
        arrivals.scenario, arrivals.funnel, arrivals.source, arrivals.sample_number,
        months.target_month

),

int_plan_revenue_aggregated as (

    select
        scenario,
        funnel,
        source,
        {{ period_of('target_month') }} as period,
        sample_number,
        win_volume,
        won_value,
        square_value
    from by_month
    union all
    select
        scenario,
        funnel,
        source,
        'all' as period,
        sample_number,
        {{ exact_sum('win_volume', 12) }} as win_volume,
        {{ exact_sum('won_value') }} as won_value,
        {{ exact_sum('square_value') }} as square_value
    from by_month
    group by scenario, funnel, source, sample_number

)

select * from int_plan_revenue_aggregated
