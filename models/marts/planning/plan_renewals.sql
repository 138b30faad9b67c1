{# Grain: one row a funnel and month to come: what today's customers will likely renew and add, beside what was promised. #}
with

journeys as (select * from {{ ref('fct_journeys') }} where customer_at is not null),

lifecycle as (

    select * from {{ ref('fct_lifecycle') }} where stage in ('retained', 'expanded')

),

months as (select * from {{ ref('plan_periods') }} where target_month is not null),

samples as ({{ whole_numbers(0, plan_samples()) }}),

ages as ({{ whole_numbers(0, 60) }}),

customers as (

    select
        journey_key,
        funnel,
        {{ sample_group() }} as sample_group,
        cast(floor({{ days_between('customer_at', cutoff()) }} / 30) as bigint) as age_months
    from journeys

),

paid as (

    -- By months of 30 days since the win.
    select
        customers.funnel,
        customers.sample_group,
        cast(floor({{ days_between('journeys.customer_at', 'lifecycle.entered_at') }} / 30) as bigint)
            as age_months,
        {{ as_double('sum(lifecycle.amount)') }} as later_value
    from lifecycle
    inner join journeys on lifecycle.journey_key = journeys.journey_key
    inner join customers on lifecycle.journey_key = customers.journey_key
    where lifecycle.amount > 0 and lifecycle.entered_at >= journeys.customer_at
    group by 1, 2, 3

),

seen as (

    select
        customers.funnel,
        customers.sample_group,
        ages.number as age_months,
        count(*) as customer_count
    from customers
    inner join ages on customers.age_months > ages.number
    group by customers.funnel, customers.sample_group, ages.number

),

rates as (

    select
        seen.funnel,
        samples.number as sample_number,
        seen.age_months,
        sum(coalesce(paid.later_value, 0)) / sum(seen.customer_count) as monthly_value
    from seen
    inner join samples on seen.sample_group != samples.number
    left join paid on {{ same('seen', 'paid', ['funnel', 'sample_group', 'age_months']) }}
    group by seen.funnel, samples.number, seen.age_months

),

expected as (

    -- At an age that nobody has reached yet, as much as a year before.
    select
        months.funnel,
        months.target_month,
        rates.sample_number,
        sum(rates.monthly_value * (months.before_day - greatest(months.from_day, 0)) / 30) as later_value
    from months
    inner join customers on months.funnel = customers.funnel
    inner join rates
        on
            customers.funnel = rates.funnel
            and rates.age_months = case
                when customers.age_months + floor((months.from_day + months.before_day) / 60)
                    < (select max(known.age_months) from rates as known where known.funnel = customers.funnel)
                    then customers.age_months + cast(floor((months.from_day + months.before_day) / 60) as bigint)
                else greatest(
                    customers.age_months
                    + cast(floor((months.from_day + months.before_day) / 60) as bigint) - 12, 0
                )
            end
    group by months.funnel, months.target_month, rates.sample_number

),

told as (

    select
        funnel,
        target_month,
        max(case when sample_number = 0 then later_value end) as later_value,
        {{ spread_of('later_value') }} as deviation
    from expected
    group by funnel, target_month

),

plan_renewals as (

    select
        months.funnel,
        months.target_month,
        months.expansion_amount,
        months.renewal_amount,
        {{ as_amount('told.later_value') }} as expected_amount,
        {{ as_amount('greatest(told.later_value - ' ~ plan_quantile(80) ~ ' * told.deviation, 0)') }} as low_80_amount,
        {{ as_amount('told.later_value + ' ~ plan_quantile(80) ~ ' * told.deviation') }} as high_80_amount,
        {{ as_amount('greatest(told.later_value - ' ~ plan_quantile(95) ~ ' * told.deviation, 0)') }} as low_95_amount,
        {{ as_amount('told.later_value + ' ~ plan_quantile(95) ~ ' * told.deviation') }} as high_95_amount,
        months.expansion_amount + months.renewal_amount - {{ as_amount('told.later_value') }} as gap_amount
    from months
    left join told on {{ same('months', 'told', ['funnel', 'target_month']) }}
    where months.has_target

)

select * from plan_renewals
