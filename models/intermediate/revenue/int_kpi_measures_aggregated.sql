{# Grain: one row a period, funnel (and all of them), and measure: the sums that reviews are made
   of. #}
{%- set business = "business || '_'" -%}
{%- set sums = [
    ['kpi_sales', "''", {'total_amount': 'won_amount'}],
    ['kpi_sales', business, {
        'amount': 'won_amount', 'won_count': 'won_count', 'worked_count': 'worked_count',
        'closed_count': 'won_count + lost_count', 'won_days': 'won_days',
    }],
    ['kpi_pipeline', "''", {'open_count': 'open_count', 'open_amount': 'open_amount'}],
    ['kpi_pipeline', business, {'open_count': 'open_count', 'open_amount': 'open_amount'}],
    ['int_kpi_targets_aggregated', "''", {'target': 'target_amount'}],
    ['int_kpi_targets_aggregated', business, {'target': 'target_amount'}],
    ['kpi_mrr', "''", {
        'opening_customer_count': 'opening_customer_count',
        'churned_customer_count': 'churned_customer_count',
        'mrr_opening_amount': 'opening_amount',
        'mrr_closing_amount': 'closing_amount',
        'mrr_net_amount': 'opening_amount + expansion_amount - contraction_amount - churn_amount',
        'mrr_gross_amount': 'opening_amount - contraction_amount - churn_amount',
        'mrr_gained_amount': 'new_amount + expansion_amount',
        'mrr_lost_amount': 'contraction_amount + churn_amount',
    }],
] -%}

with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

entries as (

    select * from {{ ref('fct_lifecycle') }}
    where visit_number = 1 and entered_at is not null

),

spend as (select * from {{ ref('int_ad_spend_unioned') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

counted as (

    select
        periods.period_kind,
        periods.period_start,
        entries.funnel,
        'entered_' || entries.stage as measure,
        count(*) as total
    from entries
    inner join periods
        on {{ falls_in('entries.entered_at') }}
    group by periods.period_kind, periods.period_start, entries.funnel, entries.stage

),

spent as (

    -- Ads are bought for the whole company.
    select
        periods.period_kind,
        periods.period_start,
        sum({{ at_rate('spend.amount') }}) as total
    from spend
    inner join periods
        on {{ falls_in('spend.spend_date') }}
    inner join rates
        on {{ rate_holds('spend.currency', 'spend.spend_date') }}
    group by periods.period_kind, periods.period_start

),

stacked as (

    select * from counted
    {% for table, prefix, measures in sums %}
    {%- for measure, expression in measures.items() %}
    union all
    select
        period_kind,
        period_start,
        funnel,
        {{ prefix }} || '{{ measure }}' as measure,
        sum({{ expression }}) as total
    from {{ ref(table) }}
    group by period_kind, period_start, funnel, {{ prefix }} || '{{ measure }}'
    {%- endfor %}
    {%- endfor %}

),

int_kpi_measures_aggregated as (

    select
        period_kind,
        period_start,
        funnel,
        measure,
        cast(total as decimal(18, 2)) as total
    from stacked
    union all
    select
        period_kind,
        period_start,
        'all' as funnel,
        measure,
        cast(sum(total) as decimal(18, 2)) as total
    from stacked
    group by period_kind, period_start, measure
    union all
    select
        period_kind,
        period_start,
        'all' as funnel,
        'spend_amount' as measure,
        cast(total as decimal(18, 2)) as total
    from spent

)

select * from int_kpi_measures_aggregated
