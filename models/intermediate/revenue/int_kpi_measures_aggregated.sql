{# Grain: one row per week, month or quarter, funnel (and all of them) and measure. The sums that
   the KPIs of the seed kpi_list are made of. To add a measure, add a line to the macro
   kpi_measures. Entries of stages need none: the measure of stage x is entered_x. #}
{%- set measures = kpi_measures() -%}

with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

stage_entries as (

    select * from {{ ref('fct_lifecycle') }}
    where visit_number = 1 and entered_at is not null

),

opportunity_periods as (select * from {{ ref('int_opportunity_periods_measured') }}),

open_opportunities as (select * from opportunity_periods where open_count > 0),

mrr_periods as (select * from {{ ref('int_account_mrr_periods_aggregated') }}),

targets as (select * from {{ ref('int_kpi_targets_aggregated') }}),

ad_spend as (select * from {{ ref('int_ad_spend_unioned') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

funnel_sums as (

    select
        periods.period_kind,
        periods.period_start,
        stage_entries.funnel,
        'entered_' || stage_entries.stage as measure,
        count(*) as total
    from stage_entries
    inner join periods
        on {{ falls_in('stage_entries.entered_at', 'periods') }}
    group by
        periods.period_kind, periods.period_start, stage_entries.funnel, stage_entries.stage
    {%- for measure, amount, source, revenue_type in measures.sums %}
    union all
    select
        period_kind,
        period_start,
        funnel,
        '{{ measure }}' as measure,
        sum({{ amount }}) as total
    from {{ source }}
    {%- if revenue_type != 'any' %}
    where revenue_type = '{{ revenue_type }}'
    {%- endif %}
    group by period_kind, period_start, funnel
    {%- endfor %}

),

measure_sums as (

    select
        period_kind,
        period_start,
        funnel,
        measure,
        cast(total as decimal(28, 2)) as total
    from funnel_sums
    union all
    select
        period_kind,
        period_start,
        'all' as funnel,
        measure,
        cast(sum(total) as decimal(28, 2)) as total
    from funnel_sums
    group by period_kind, period_start, measure
    union all
    -- Ads are bought for the whole company.
    select
        periods.period_kind,
        periods.period_start,
        'all' as funnel,
        'spend_amount' as measure,
        cast(sum({{ in_reporting_currency('ad_spend.amount', 'rates.rate') }}) as decimal(28, 2))
            as total
    from ad_spend
    inner join periods
        on {{ falls_in('ad_spend.spend_date', 'periods') }}
    inner join rates
        on {{ rate_applies('rates', 'ad_spend.currency', 'ad_spend.spend_date') }}
    group by periods.period_kind, periods.period_start

),

sales_sums as (

    select
        period_kind,
        period_start,
        funnel,
        cast(max(case when measure = 'new_worked_count' then total end) as bigint)
            as new_worked_count,
        cast(max(case when measure = 'new_won_count' then total end) as bigint) as new_won_count,
        cast(max(case when measure = 'new_closed_count' then total end) as bigint)
            as new_closed_count,
        max(case when measure = 'new_amount' then total end) as new_amount,
        max(case when measure = 'new_won_days' then total end) as new_won_days
    from measure_sums
    group by period_kind, period_start, funnel

),

int_kpi_measures_aggregated as (

    select * from measure_sums
    {%- for measure, product in measures.products %}
    union all
    select
        period_kind,
        period_start,
        funnel,
        '{{ measure }}' as measure,
        cast({{ product }} as decimal(28, 2)) as total
    from sales_sums
    where new_worked_count is not null
    {%- endfor %}
    union all
    -- A period opens with what the one before it closed with.
    select
        periods.period_kind,
        periods.period_start,
        measure_sums.funnel,
        'opening_pipeline_amount' as measure,
        measure_sums.total
    from measure_sums
    inner join periods
        on
            measure_sums.period_kind = periods.period_kind
            and measure_sums.period_start = periods.prior_start
    where measure_sums.measure = 'new_open_amount' and periods.is_started

)

select * from int_kpi_measures_aggregated
