{# Grain: one row a period that a review shows (six weeks, thirteen months, nine quarters, and the
   next ones to come), funnel and KPI. #}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

metrics as (select * from {{ ref('int_kpi_values_aggregated') }}),

totals as (select * from {{ ref('int_kpi_measures_aggregated') }}),

kpis as (select * from {{ ref('kpi_list') }}),

forecasts as (select * from {{ ref('kpi_forecasts') }}),

aged as (

    select
        *,
        row_number() over (partition by period_kind order by period_start desc) as age
    from periods

),

told as (

    select
        aged.period_kind,
        aged.period_start,
        aged.prior_start,
        aged.year_before_start,
        aged.is_complete,
        metrics.funnel,
        metrics.metric,
        metrics.actual,
        metrics.empty_reason
    from aged
    inner join metrics on {{ same('aged', 'metrics', ['period_kind', 'period_start']) }}
    where
        (aged.period_kind = 'week' and aged.age <= 6)
        or (aged.period_kind = 'month' and aged.age <= 13)
        or (aged.period_kind = 'quarter' and aged.age <= 9)
    union all
    select
        coming.period_kind,
        coming.period_start,
        coming.prior_start,
        coming.year_before_start,
        false as is_complete,
        forecasts.funnel,
        forecasts.metric,
        null as actual,
        'not begun' as empty_reason
    from {{ ref('int_coming_periods_listed') }} as coming
    inner join forecasts on {{ same('coming', 'forecasts', ['period_kind', 'period_start']) }}
    where not coming.has_begun

),

kpi_reviews as (

    select
        told.period_kind,
        told.period_start,
        told.funnel,
        told.metric,
        kpis.metric_name,
        kpis.unit,
        kpis.owner_team,
        kpis.metric_order,
        told.actual,
        cast(targets.total as decimal(24, 6)) as target,
        earlier.actual as prior_actual,
        year_before.actual as year_before_actual,
        forecasts.forecast,
        told.empty_reason,
        case when told.is_complete then 'the period is over' else forecasts.forecast_reason end
            as forecast_reason,
        told.is_complete
    from told
    inner join kpis on told.metric = kpis.metric
    left join metrics as earlier
        on
            {{ same('told', 'earlier', ['period_kind', 'funnel', 'metric']) }}
            and told.prior_start = earlier.period_start
    left join metrics as year_before
        on
            {{ same('told', 'year_before', ['period_kind', 'funnel', 'metric']) }}
            and told.year_before_start = year_before.period_start
    left join totals as targets
        on
            {{ same('told', 'targets', ['period_kind', 'period_start', 'funnel']) }}
            and kpis.target = targets.measure
    left join forecasts
        on {{ same('told', 'forecasts', ['period_kind', 'period_start', 'funnel', 'metric']) }}

)

select * from kpi_reviews
