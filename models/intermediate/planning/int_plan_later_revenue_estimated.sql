{# Grain: one row a funnel, sample and month of a customer's age: what a customer renews and adds
   in it. #}
with

journeys as (select * from {{ ref('fct_journeys') }} where win_at is not null),

lifecycle as (

    select * from {{ ref('fct_lifecycle') }} where stage in ('retained', 'expanded')

),

samples as ({{ plan_sample_spine() }}),

ages as ({{ whole_numbers(0, 60) }}),

customers as (

    select
        journey_key,
        funnel,
        {{ sample_group() }} as sample_group,
        cast(floor({{ days_between('win_at', cutoff()) }} / 30) as bigint) as age_months
    from journeys

),

paid as (

    -- By months of 30 days since the win.
    select
        customers.funnel,
        customers.sample_group,
        cast(
            floor({{ days_between('journeys.win_at', 'lifecycle.entered_at') }} / 30) as bigint
        )
            as age_months,
        {{ as_double('sum(lifecycle.amount)') }} as later_value,
        {{ as_double(
            "sum(case when lifecycle.stage = 'retained' then lifecycle.amount else 0 end)"
        ) }} as renewal_value,
        {{ as_double('sum(lifecycle.amount * lifecycle.amount)') }} as later_square
    from lifecycle
    inner join journeys on lifecycle.journey_key = journeys.journey_key
    inner join customers on lifecycle.journey_key = customers.journey_key
    where lifecycle.amount > 0 and lifecycle.entered_at >= journeys.win_at
    group by
        customers.funnel, customers.sample_group,
        cast(floor(
            {{ days_between('journeys.win_at', 'lifecycle.entered_at') }} / 30
        ) as bigint)

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

int_plan_later_revenue_estimated as (

    select
        seen.funnel,
        samples.number as sample_number,
        seen.age_months,
        coalesce({{ exact_sum('paid.later_value') }}, 0) / sum(seen.customer_count)
            as monthly_value,
        coalesce({{ exact_sum('paid.renewal_value') }}, 0) / sum(seen.customer_count)
            as monthly_renewal_value,
        coalesce({{ exact_sum('paid.later_square') }}, 0) / sum(seen.customer_count)
            as monthly_square
    from seen
    inner join samples on seen.sample_group != samples.number
    left join paid on {{ same('seen', 'paid', ['funnel', 'sample_group', 'age_months']) }}
    group by seen.funnel, samples.number, seen.age_months

)

select * from int_plan_later_revenue_estimated
