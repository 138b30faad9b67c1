{# Grain: one row a month or quarter, funnel, channel and segment with recurring revenue at either
   end. #}
{%- set changes = ['new', 'reactivation', 'expansion', 'contraction', 'churn'] -%}

with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where period_kind != 'week'),

movements as (select * from {{ ref('fct_mrr_movements') }}),

customers as (select * from {{ ref('int_customers_aggregated') }}),

months as (

    select
        periods.period_kind,
        periods.period_start,
        movements.account_key,
        movements.movement_month,
        movements.opening_amount,
        movements.closing_amount,
        max(movements.movement_month) over (
            partition by periods.period_kind, periods.period_start
        ) as last_month
    from movements
    inner join periods
        on {{ falls_in('movements.movement_month') }}

),

balances as (

    -- Account by account from the period's start to its end: what comes and goes inside of it
    -- is no movement, so that GRR can't be lowered by an expansion given back.
    select
        period_kind,
        period_start,
        account_key,
        sum(case when movement_month = period_start then opening_amount else 0 end)
            as opening_amount,
        sum(case when movement_month = last_month then closing_amount else 0 end)
            as closing_amount
    from months
    group by period_kind, period_start, account_key

),

classified as (

    select
        balances.*,
        customers.funnel,
        customers.channel,
        customers.segment,
        case
            when balances.opening_amount = 0 and balances.closing_amount = 0 then 'none'
            when balances.opening_amount = 0 and customers.first_mrr_month >= balances.period_start
                then 'new'
            when balances.opening_amount = 0 then 'reactivation'
            when balances.closing_amount = 0 then 'churn'
            when balances.closing_amount > balances.opening_amount then 'expansion'
            else 'contraction'
        end as movement
    from balances
    inner join customers on balances.account_key = customers.customer_key

),

summed as (

    select
        period_kind,
        period_start,
        funnel,
        channel,
        segment,
        count(case when opening_amount > 0 then 1 end) as opening_customer_count,
        count(case when movement = 'churn' then 1 end) as churned_customer_count,
        count(case when closing_amount > 0 then 1 end) as closing_customer_count,
        cast(sum(opening_amount) as decimal(18, 2)) as opening_amount,
        {%- for change in changes %}
        cast(sum(
            case when movement = '{{ change }}' then abs(closing_amount - opening_amount) else 0 end
        ) as decimal(18, 2)) as {{ change }}_amount,
        {%- endfor %}
        cast(sum(closing_amount) as decimal(18, 2)) as closing_amount
    from classified
    group by period_kind, period_start, funnel, channel, segment

),

kpi_mrr as (

    select
        *,
        {{ ratio(
            'opening_amount + expansion_amount - contraction_amount - churn_amount', 'opening_amount'
        ) }} as net_revenue_retention,
        {{ ratio('opening_amount - contraction_amount - churn_amount', 'opening_amount') }}
            as gross_retention_rate,
        {{ ratio('churned_customer_count', 'opening_customer_count') }} as logo_churn_rate,
        {{ ratio('new_amount + expansion_amount', 'contraction_amount + churn_amount') }}
            as quick_ratio,
        case
            when opening_amount = 0 then 'nothing recurring at the start'
            when contraction_amount + churn_amount = 0 then 'nothing lost'
        end as empty_reason
    from summed

)

select * from kpi_mrr
