{# Grain: one row per week, month or quarter, funnel, channel, segment, owner, revenue type and
   pipeline stage with open opportunities when the period ended. #}
with

open_opportunities as (

    select * from {{ ref('int_opportunity_periods_measured') }}
    where open_count > 0

),

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

current_months as (

    select
        period_kind,
        max(period_start) as period_start
    from periods
    where is_started and period_kind = 'month'
    group by period_kind

),

sources as (

    select * from {{ ref('int_kpi_sources_evaluated') }}
    where metric = 'pipeline' and channel = 'all'

),

pipeline_sums as (

    select
        owner_key,
        period_kind,
        period_start,
        funnel,
        channel,
        segment,
        revenue_type,
        pipeline_class,
        pipeline_stage_name,
        count(*) as open_count,
        cast(sum(open_amount) as decimal(18, 2)) as open_amount
    from open_opportunities
    group by
        owner_key,
        period_kind,
        period_start,
        funnel,
        channel,
        segment,
        revenue_type,
        pipeline_class,
        pipeline_stage_name

),

kpi_pipeline_by_period as (

    select
        pipeline_sums.*,
        {{ period_name('pipeline_sums.period_kind', 'pipeline_sums.period_start') }} as period_name,
        {{ kpi_status(
            'sources.is_recorded', 'sources.is_silent', 'sources.is_complete'
        ) }} as status,
        current_months.period_start is not null as is_additive
    from pipeline_sums
    inner join sources
        on
            pipeline_sums.period_kind = sources.period_kind
            and pipeline_sums.period_start = sources.period_start
    left join current_months
        on
            pipeline_sums.period_kind = current_months.period_kind
            and pipeline_sums.period_start = current_months.period_start

)

select * from kpi_pipeline_by_period
