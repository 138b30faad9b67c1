{# Grain: one row per forecast snapshot, period, funnel and KPI. The first forecast of each calendar
   week, as it was made. #}
with

forecasts as (select * from {{ ref('kpi_forecasts_by_period') }} where forecast is not null),

last_forecast as (

    {{ last_weekly_snapshot() }}

),

history_forecasts as (

    select
        cast({{ period_start('week', cutoff()) }} as date) as made_week,
        cast({{ cutoff() }} as date) as made_date,
        forecasts.period_kind,
        forecasts.period_start,
        forecasts.funnel,
        forecasts.metric,
        forecasts.forecast,
        forecasts.low_80,
        forecasts.high_80,
        forecasts.low_95,
        forecasts.high_95,
        forecasts.recorded,
        cast(last_forecast.snapshot_number + 1 as bigint) as snapshot_number,
        {{ cutoff() }} as snapshotted_at
    from forecasts
    cross join last_forecast
    where cast({{ period_start('week', cutoff()) }} as date) > last_forecast.made_week

)

select * from history_forecasts
