{# Grain: one row per month of first recurring revenue (cohort), funnel, channel, segment, and age
   in months. #}
with

months as (

    select * from {{ ref('int_reporting_periods_listed') }}
    where period_kind = 'month' and is_started

),

mrr_movements as (select * from {{ ref('fct_mrr_movements') }}),

customers as (

    select * from {{ ref('int_customers_aggregated') }}
    where first_mrr_month is not null

),

sources as (

    select * from {{ ref('int_kpi_sources_evaluated') }}
    where metric = 'nrr' and channel = 'all' and period_kind = 'month'

),

customer_months as (

    -- Every month since the first, those without recurring revenue too.
    select
        customers.customer_key,
        customers.funnel,
        customers.channel,
        customers.segment,
        customers.first_mrr_month as cohort_month,
        months.period_start,
        months.period_number - first_months.period_number as age_month_count
    from customers
    inner join months as first_months on customers.first_mrr_month = first_months.period_start
    inner join months on first_months.period_number <= months.period_number

),

customer_month_amounts as (

    select
        customer_months.*,
        sources.is_recorded,
        sources.is_silent,
        sources.is_complete,
        coalesce(first_movements.closing_amount, 0) as starting_amount,
        coalesce(mrr_movements.closing_amount, 0) as closing_amount
    from customer_months
    inner join sources on customer_months.period_start = sources.period_start
    left join mrr_movements as first_movements
        on
            customer_months.customer_key = first_movements.account_key
            and customer_months.cohort_month = first_movements.movement_month
    left join mrr_movements
        on
            customer_months.customer_key = mrr_movements.account_key
            and customer_months.period_start = mrr_movements.movement_month

),

kpi_retention as (

    select
        cohort_month,
        funnel,
        channel,
        segment,
        age_month_count,
        count(*) as customer_count,
        count(case when closing_amount > 0 then 1 end) as retained_count,
        cast(sum(starting_amount) as decimal(18, 2)) as starting_amount,
        cast(sum(closing_amount) as decimal(18, 2)) as closing_amount,
        cast(sum(least(starting_amount, closing_amount)) as decimal(18, 2)) as retained_amount,
        {{ ratio('count(case when closing_amount = 0 then 1 end)', 'count(*)') }}
            as cohort_logo_churn_rate,
        {{ ratio('sum(closing_amount)', 'sum(starting_amount)') }} as cohort_net_retention_ratio,
        {{ ratio('sum(least(starting_amount, closing_amount))', 'sum(starting_amount)') }}
            as cohort_gross_retention_rate,
        {{ kpi_status(
            'bool_and(is_recorded)', 'bool_or(is_silent)', 'bool_and(is_complete)', 'count(*)'
        ) }} as status,
        age_month_count = max(age_month_count) over (partition by cohort_month) as is_additive
    from customer_month_amounts
    group by cohort_month, funnel, channel, segment, age_month_count

)

select * from kpi_retention
