{# Grain: one row a month in which people first came or money was spent, channel and segment. #}
{%- set measures = [
    'paid_amount', 'mrr_month_amount', 'paying_month_count', 'at_risk_month_count', 'churn_count'
] -%}

with

spend as (select * from {{ ref('int_acquisition_spend_aggregated') }}),

customers as (select * from {{ ref('int_customers_aggregated') }}),

months as (select * from {{ ref('int_reporting_periods_listed') }} where period_kind = 'month'),

slow as (

    -- Nine of ten customers were won within so many days of their first coming.
    select percentile_disc(0.9) within group (order by wait_days) as slow_days
    from customers

),

won as (

    select
        cast(date_trunc('month', started_at) as date) as cohort_month,
        channel,
        segment,
        {%- for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        count(*) as customer_count
    from customers
    where is_won
    group by cast(date_trunc('month', started_at) as date), channel, segment

),

int_acquisition_cohorts_aggregated as (

    select
        spend.cohort_month,
        spend.channel,
        spend.segment,
        spend.journey_count,
        spend.lead_count,
        spend.spend_amount,
        coalesce(won.customer_count, 0) as customer_count,
        {%- for measure in measures %}
        cast(
            coalesce(won.{{ measure }}, 0)
            as {{ 'bigint' if measure.endswith('count') else 'decimal(18, 2)' }}
        ) as {{ measure }},
        {%- endfor %}
        spend.status,
        coalesce({{ days_between('months.ends_at', cutoff()) }} >= slow.slow_days, false)
            as is_mature
    from spend
    inner join months on spend.cohort_month = months.period_start
    cross join slow
    left join won
        on
            spend.cohort_month = won.cohort_month
            and spend.channel = won.channel
            and spend.segment = won.segment

)

select * from int_acquisition_cohorts_aggregated
