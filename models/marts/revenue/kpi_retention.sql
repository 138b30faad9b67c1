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

quarter_costs as (

    -- What a customer cost whose journey started in the quarter.
    select
        {{ period_start('quarter', 'cohort_month') }} as quarter_start,
        {{ ratio('nullif(sum(spend_amount), 0)', 'sum(customer_count)', whole_digits=22) }}
            as paid_cost,
        case
            when count(*) = count(other_cost_amount)
                then {{ ratio(
                    'sum(spend_amount + other_cost_amount)', 'sum(customer_count)', whole_digits=22
                ) }}
        end as full_cost
    from {{ ref('int_spend_cohorts_aggregated') }}
    group by {{ period_start('quarter', 'cohort_month') }}
    having bool_and(is_mature)

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
        quarter_costs.paid_cost,
        quarter_costs.full_cost,
        months.period_start,
        months.period_number - first_months.period_number as age_month_count
    from customers
    inner join months as first_months on customers.first_mrr_month = first_months.period_start
    inner join months on first_months.period_number <= months.period_number
    left join quarter_costs
        on
            customers.is_won
            and {{ period_start('quarter', 'customers.started_at') }} = quarter_costs.quarter_start

),

customer_month_amounts as (

    select
        customer_months.*,
        sources.is_recorded,
        sources.is_silent,
        sources.is_complete,
        coalesce(first_movements.closing_amount, 0) as starting_amount,
        coalesce(mrr_movements.closing_amount, 0) as closing_amount,
        {%- for cost in ['paid', 'full'] %}
        count(*) over cohort_ages = count(customer_months.{{ cost }}_cost) over cohort_ages
            as has_{{ cost }}_cost,
        {%- endfor %}
        sum(coalesce(mrr_movements.closing_amount, 0)) over (
            partition by customer_months.customer_key order by customer_months.period_start
        ) as amount_to_date
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
    window
        cohort_ages as (
            partition by customer_months.cohort_month, customer_months.age_month_count
        )

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
        {{ as_amount('sum(amount_to_date) * ' ~ int_var('gross_margin_percent') ~ ' / 100') }}
            as margin_to_date_amount,
        -- Of no part of a cohort in which the cost of anybody is unknown: sums would skip it.
        {%- for cost in ['paid', 'full'] %}
        case
            when bool_and(has_{{ cost }}_cost) then {{ as_amount('sum(' ~ cost ~ '_cost)') }}
        end as {{ cost }}_cost_amount,
        {%- endfor %}
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
