{# Grain: one row per basis (plan or forecast), week in which it was made, period that is over,
   funnel and KPI (node of a plan). What was said, as it was said then, and what came. #}
with

forecasts as (select * from {{ ref('history_forecasts') }}),

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

kpi_values as (select * from {{ ref('int_kpi_values_aggregated') }}),

kpis as (select * from {{ ref('kpi_list') }}),

plan_actuals as (select * from {{ ref('plan_actuals') }}),

past_statements as (

    -- What no system provides any more, or has nothing to divide by, cannot be compared.
    select
        'forecast' as basis,
        forecasts.made_week,
        forecasts.period_kind,
        forecasts.period_start,
        forecasts.funnel,
        forecasts.metric,
        coalesce(kpis.owner_team, 'all') as owner_team,
        cast(greatest(
            floor({{ days_between(
                'cast(forecasts.made_week as timestamp)', 'periods.starts_at'
            ) }} / 7.0), 0
        ) as bigint) as weeks_ahead,
        {{ as_double('forecasts.forecast') }} as forecast,
        {{ as_double('kpi_values.actual') }} as actual,
        {{ as_double('year_before_values.actual') }} as year_before_actual,
        kpi_values.actual between forecasts.low_80 and forecasts.high_80 as is_in_80_interval,
        kpi_values.actual between forecasts.low_95 and forecasts.high_95 as is_in_95_interval
    from forecasts
    inner join periods
        on
            forecasts.period_kind = periods.period_kind
            and forecasts.period_start = periods.period_start
    inner join kpis on forecasts.metric = kpis.metric
    inner join kpi_values
        on
            forecasts.period_kind = kpi_values.period_kind
            and forecasts.period_start = kpi_values.period_start
            and forecasts.funnel = kpi_values.funnel
            and forecasts.metric = kpi_values.metric
    left join kpi_values as year_before_values
        on
            periods.period_kind = year_before_values.period_kind
            and periods.year_before_start = year_before_values.period_start
            and forecasts.funnel = year_before_values.funnel
            and forecasts.metric = year_before_values.metric
    where periods.is_complete and kpi_values.actual is not null
    union all
    select
        'plan' as basis,
        made_week,
        'week' as period_kind,
        plan_week as period_start,
        funnel,
        node as metric,
        owner_team,
        weeks_ahead,
        planned_volume as forecast,
        {{ as_double('actual_count') }} as actual,
        null as year_before_actual,
        is_in_80_interval,
        is_in_95_interval
    from plan_actuals

),

forecast_accuracy as (

    select
        basis,
        made_week,
        period_kind,
        period_start,
        {{ period_name('period_kind', 'period_start') }} as period_name,
        funnel,
        metric,
        owner_team,
        weeks_ahead,
        forecast,
        actual,
        actual - forecast as error,
        (actual - forecast) / nullif(abs(forecast), 0) as error_ratio,
        year_before_actual,
        case
            when year_before_actual is not null
                then abs(actual - forecast) <= abs(actual - year_before_actual)
        end as is_nearer_than_year_before,
        is_in_80_interval,
        is_in_95_interval,
        funnel = 'all' as is_total
    from past_statements

)

select * from forecast_accuracy
