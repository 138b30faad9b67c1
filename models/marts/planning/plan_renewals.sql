{# Grain: one row a funnel and month to come: what today's customers will likely renew and add,
   beside what was promised. #}
with

journeys as (select * from {{ ref('fct_journeys') }} where win_at is not null),

rates as (select * from {{ ref('int_plan_later_revenue_estimated') }}),

months as (

    select
        *,
        cast(floor((from_day + before_day) / 60) as bigint) as months_ahead
    from {{ ref('int_plan_periods_listed') }}
    where target_month is not null

),

customers as (

    select
        funnel,
        cast(floor({{ days_between('win_at', cutoff()) }} / 30) as bigint) as age_months,
        count(*) as customer_count
    from journeys
    group by funnel, cast(floor({{ days_between('win_at', cutoff()) }} / 30) as bigint)

),

oldest as (

    select
        funnel,
        max(age_months) as age_months
    from rates
    group by funnel

),

aged as (

    -- At an age that nobody has reached yet, as much as a year before.
    select
        months.funnel,
        months.target_month,
        customers.customer_count * (months.before_day - greatest(months.from_day, 0)) / 30
            as customer_months,
        case
            when customers.age_months + months.months_ahead <= oldest.age_months
                then customers.age_months + months.months_ahead
            else greatest(customers.age_months + months.months_ahead - 12, 0)
        end as age_months
    from months
    inner join customers on months.funnel = customers.funnel
    inner join oldest on months.funnel = oldest.funnel

),

expected as (

    select
        aged.funnel,
        aged.target_month,
        rates.sample_number,
        {{ exact_sum('aged.customer_months * rates.monthly_value') }} as later_value,
        {{ exact_sum('aged.customer_months * rates.monthly_renewal_value') }} as renewal_value,
        {{ exact_sum('aged.customer_months * rates.monthly_square') }} as later_chance
    from aged
    inner join rates on {{ same('aged', 'rates', ['funnel', 'age_months']) }}
    group by aged.funnel, aged.target_month, rates.sample_number

),

told as (

    select
        funnel,
        target_month,
        max(case when sample_number = 0 then later_value end) as later_value,
        max(case when sample_number = 0 then renewal_value end) as renewal_value,
        sqrt(
            power({{ spread_of('later_value') }}, 2)
            + max(case when sample_number = 0 then later_chance end)
        ) as deviation
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
        {{ as_amount('told.renewal_value') }} as expected_renewal_amount,
        {{ amount_intervals('told.later_value', 'told.deviation') }},
        months.expansion_amount
        + months.renewal_amount
        - {{ as_amount('told.later_value') }} as gap_amount
    from months
    left join told on {{ same('months', 'told', ['funnel', 'target_month']) }}

)

select * from plan_renewals
