{# Grain: one row a period that a review shows (six weeks, thirteen months, nine quarters), funnel
   and KPI. #}
with

periods as (select * from {{ ref('reporting_periods') }}),

metrics as (select * from {{ ref('kpi_metrics') }}),

totals as (select * from {{ ref('period_totals') }}),

kpis as (select * from {{ ref('kpi_list') }}),

aged as (

    select
        *,
        row_number() over (partition by period_kind order by period_start desc) as age
    from periods

),

shown as (

    select * from aged
    where
        (period_kind = 'week' and age <= 6)
        or (period_kind = 'month' and age <= 13)
        or (period_kind = 'quarter' and age <= 9)

),

kpi_reviews as (

    select
        shown.period_kind,
        shown.period_start,
        metrics.funnel,
        metrics.metric,
        kpis.metric_name,
        kpis.unit,
        kpis.owner_team,
        kpis.metric_order,
        metrics.actual,
        cast(targets.total as decimal(24, 6)) as target,
        earlier.actual as prior_actual,
        year_before.actual as year_before_actual,
        cast(null as decimal(24, 6)) as forecast,
        metrics.empty_reason,
        shown.is_complete
    from shown
    inner join metrics
        on
            shown.period_kind = metrics.period_kind
            and shown.period_start = metrics.period_start
    inner join kpis on metrics.metric = kpis.metric
    left join metrics as earlier
        on
            shown.period_kind = earlier.period_kind
            and shown.prior_start = earlier.period_start
            and metrics.funnel = earlier.funnel
            and metrics.metric = earlier.metric
    left join metrics as year_before
        on
            shown.period_kind = year_before.period_kind
            and shown.year_before_start = year_before.period_start
            and metrics.funnel = year_before.funnel
            and metrics.metric = year_before.metric
    left join totals as targets
        on
            shown.period_kind = targets.period_kind
            and shown.period_start = targets.period_start
            and metrics.funnel = targets.funnel
            and kpis.target = targets.measure

)

select * from kpi_reviews
