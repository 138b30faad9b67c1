{# Grain: one row per week, month or quarter, funnel (and all of them) and measure. The sums that
   the KPIs of the seed kpi_list are made of. To add a measure, add a line to the macro
   kpi_measures. Stages need none: entered_x counts the journeys that qualified as stage x, and
   bypassed_x those that passed it without (before) meeting its definition. #}
{%- set measures = kpi_measures() -%}
{%- set target_measures = measures.sums | selectattr(2, 'equalto', 'targets') | map(attribute=0) -%}

with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

stage_entries as (

    select
        funnel,
        'entered_' || stage as measure,
        qualified_at as counted_at
    from {{ ref('fct_lifecycle') }}
    where stage_entry_number = 1 and qualified_at is not null
    union all
    select
        funnel,
        'bypassed_' || stage as measure,
        entered_at as counted_at
    from {{ ref('fct_lifecycle') }}
    where
        stage_entry_number = 1
        and entered_at is not null
        and qualification in ('bypass', 'qualified_later')

),

opportunity_periods as (

    select * from {{ ref('fct_pipeline_waterfall_by_period') }}
    where basis = 'all_open'

),

opportunities as (select * from {{ ref('dim_opportunities') }}),

open_opportunities as (select * from opportunity_periods where closing_count > 0),

due_opportunities as (

    select * from {{ ref('fct_pipeline_waterfall_by_period') }}
    where basis = 'due_in_period'

),

due_commits as (

    select * from due_opportunities
    where is_opening_commit

),

window_sales as (

    -- New business that closed in the days of the var velocity_window_days before the period ended:
    -- the same span for every kind of period.
    select
        periods.period_kind,
        periods.period_start,
        opportunities.funnel,
        1 as closed_count,
        case
            when opportunities.outcome = 'won' and opportunities.cycle_days is not null then 1
            else 0
        end as dated_count,
        case when opportunities.outcome = 'won' then opportunities.amount else 0 end as won_amount,
        case when opportunities.outcome = 'won' then opportunities.cycle_days else 0 end
            as won_days
    from periods
    inner join opportunities
        on
            periods.ends_at > opportunities.closed_at
            and {{ add_days('periods.ends_at', '-' ~ int_var('velocity_window_days')) }}
            <= opportunities.closed_at
    where opportunities.outcome != 'open' and opportunities.revenue_type = 'new'

),

mrr_periods as (select * from {{ ref('int_account_mrr_periods_aggregated') }}),

targets as (select * from {{ ref('int_revenue_targets_aggregated') }}),

ad_spend as (select * from {{ ref('int_ad_spend_unioned') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

funnel_sums as (

    select
        periods.period_kind,
        periods.period_start,
        stage_entries.funnel,
        stage_entries.measure,
        count(*) as total
    from stage_entries
    inner join periods
        on {{ falls_in('stage_entries.counted_at', 'periods') }}
    group by
        periods.period_kind, periods.period_start, stage_entries.funnel, stage_entries.measure
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

target_funnels as (

    select
        measure,
        count(distinct funnel) as funnel_count
    from funnel_sums
    where measure in ({{ "'" ~ target_measures | join("', '") ~ "'" }})
    group by measure

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
    -- The company has a target for a period if each funnel has one that ever has any.
    select
        funnel_sums.period_kind,
        funnel_sums.period_start,
        'all' as funnel,
        funnel_sums.measure,
        cast(sum(funnel_sums.total) as decimal(28, 2)) as total
    from funnel_sums
    left join target_funnels on funnel_sums.measure = target_funnels.measure
    group by funnel_sums.period_kind, funnel_sums.period_start, funnel_sums.measure
    having count(*) >= coalesce(max(target_funnels.funnel_count), 0)
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
        cast(max(case when measure = 'new_open_count' then total end) as bigint) as new_open_count,
        cast(max(case when measure = 'new_window_dated_count' then total end) as bigint)
            as new_window_dated_count,
        cast(max(case when measure = 'new_window_closed_count' then total end) as bigint)
            as new_window_closed_count,
        max(case when measure = 'new_window_amount' then total end) as new_window_amount,
        max(case when measure = 'new_window_won_days' then total end) as new_window_won_days
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
    where new_window_closed_count is not null
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
