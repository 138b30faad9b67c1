{# Grain: one row per period that a review shows (six weeks, thirteen months, nine quarters, and the
   next one of each), funnel (and all of them) and KPI. #}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

kpi_values as (select * from {{ ref('int_kpi_values_aggregated') }}),

targets as (

    select * from {{ ref('kpi_targets_by_period') }}
    where team = 'all' and owner_key = {{ no_owner_key() }}

),

kpis as (select * from {{ ref('kpi_list') }}),

forecasts as (select * from {{ ref('kpi_forecasts_by_period') }}),

started_periods as (

    select
        *,
        row_number() over (partition by period_kind order by period_start desc) as recency_number
    from periods
    where is_started

),

review_values as (

    select
        started_periods.period_kind,
        started_periods.period_start,
        started_periods.prior_start,
        started_periods.year_before_start,
        started_periods.is_complete,
        kpi_values.funnel,
        kpi_values.metric,
        kpi_values.actual,
        kpi_values.numerator,
        kpi_values.denominator,
        kpi_values.empty_reason,
        kpi_values.status
    from started_periods
    inner join kpi_values
        on
            started_periods.period_kind = kpi_values.period_kind
            and started_periods.period_start = kpi_values.period_start
    where
        (started_periods.period_kind = 'week' and started_periods.recency_number <= 6)
        or (started_periods.period_kind = 'month' and started_periods.recency_number <= 13)
        or (started_periods.period_kind = 'quarter' and started_periods.recency_number <= 9)
    union all
    select
        periods.period_kind,
        periods.period_start,
        periods.prior_start,
        periods.year_before_start,
        periods.is_complete,
        forecasts.funnel,
        forecasts.metric,
        null as actual,
        null as numerator,
        null as denominator,
        'not_started' as empty_reason,
        'partial_period' as status
    from periods
    inner join forecasts
        on
            periods.period_kind = forecasts.period_kind
            and periods.period_start = forecasts.period_start
    where not periods.is_started

),

kpi_reviews_by_period as (

    select
        review_values.period_kind,
        review_values.period_start,
        {{ period_name('review_values.period_kind', 'review_values.period_start') }} as period_name,
        review_values.funnel,
        review_values.metric,
        kpis.metric_name,
        kpis.unit,
        coalesce(kpis.owner_team, 'all') as owner_team,
        kpis.metric_order,
        review_values.actual,
        review_values.numerator as actual_numerator,
        review_values.denominator as actual_denominator,
        targets.target,
        targets.elapsed_target,
        targets.target_source,
        targets.target_status,
        targets.compared_actual,
        targets.attainment_ratio,
        targets.gap_to_target_value,
        targets.carried_value,
        -- A period that is not over is nothing to compare with.
        case
            when cast(review_values.period_start as timestamp) <= {{ cutoff() }}
                then prior_values.actual
        end as prior_actual,
        year_before_values.actual as year_before_actual,
        forecasts.forecast,
        forecasts.low_80 as forecast_low_80,
        forecasts.high_80 as forecast_high_80,
        forecasts.low_95 as forecast_low_95,
        forecasts.high_95 as forecast_high_95,
        forecasts.forecast_numerator,
        forecasts.forecast_denominator,
        review_values.status,
        review_values.empty_reason,
        case
            when review_values.is_complete then 'period_is_over' else forecasts.forecast_reason
        end as forecast_reason,
        review_values.funnel = 'all' as is_total,
        -- Ad spend is known for the whole company only.
        review_values.period_kind = 'month'
        and (review_values.funnel = 'all') = (kpis.numerator = 'spend_amount')
        and kpis.denominator is null
        and not kpis.is_balance as is_additive,
        review_values.is_complete
    from review_values
    inner join kpis on review_values.metric = kpis.metric
    left join kpi_values as prior_values
        on
            review_values.period_kind = prior_values.period_kind
            and review_values.prior_start = prior_values.period_start
            and review_values.funnel = prior_values.funnel
            and review_values.metric = prior_values.metric
    left join kpi_values as year_before_values
        on
            review_values.period_kind = year_before_values.period_kind
            and review_values.year_before_start = year_before_values.period_start
            and review_values.funnel = year_before_values.funnel
            and review_values.metric = year_before_values.metric
    left join targets
        on
            review_values.period_kind = targets.period_kind
            and review_values.period_start = targets.period_start
            and review_values.funnel = targets.funnel
            and review_values.metric = targets.metric
    left join forecasts
        on
            review_values.period_kind = forecasts.period_kind
            and review_values.period_start = forecasts.period_start
            and review_values.funnel = forecasts.funnel
            and review_values.metric = forecasts.metric

)

select * from kpi_reviews_by_period
