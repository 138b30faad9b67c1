{# Grain: one row per week, month or quarter, funnel (and all of them) and KPI of the seed kpi_list.
   The value of every KPI with its status, zero where nothing happened; ratios keep numerator and
   denominator. #}

with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where is_started),

measures as (select * from {{ ref('int_kpi_measures_aggregated') }}),

kpis as (select * from {{ ref('kpi_list') }}),

sources as (

    select * from {{ ref('int_kpi_sources_evaluated') }} where channel = 'all'

),

funnels as (

    select funnel from {{ ref('funnels') }}
    union all
    select 'all' as funnel

),

kpi_parts as (

    {{ kpi_parts(periods='periods', funnels='funnels', kpis='kpis', measures='measures') }}

),

kpi_sums as (

    select
        kpi_parts.period_kind,
        kpi_parts.period_start,
        kpi_parts.funnel,
        kpi_parts.metric,
        kpi_parts.is_ratio,
        sources.is_recorded,
        coalesce(kpi_parts.numerator, 0) as numerator,
        coalesce(kpi_parts.denominator, 0) as denominator,
        {{ kpi_status(
            'sources.is_recorded', 'sources.is_silent', 'sources.is_complete',
            'case when kpis.case_measure is null then ' ~ int_var('minimum_group_size')
            ~ ' else case_counts.total end'
        ) }} as status
    from kpi_parts
    inner join kpis on kpi_parts.metric = kpis.metric
    inner join sources
        on
            kpi_parts.period_kind = sources.period_kind
            and kpi_parts.period_start = sources.period_start
            and kpi_parts.metric = sources.metric
    left join measures as case_counts
        on
            kpi_parts.period_kind = case_counts.period_kind
            and kpi_parts.period_start = case_counts.period_start
            and kpi_parts.funnel = case_counts.funnel
            and kpis.case_measure = case_counts.measure

),

int_kpi_values_aggregated as (

    select
        period_kind,
        period_start,
        funnel,
        metric,
        case
            when not is_recorded then null
            when is_ratio then {{ ratio('numerator', 'denominator', whole_digits=18) }}
            else cast(numerator as decimal(24, 6))
        end as actual,
        cast(case when is_recorded then numerator end as decimal(28, 2)) as numerator,
        cast(case when is_recorded and is_ratio then denominator end as decimal(28, 2))
            as denominator,
        case
            when not is_recorded then 'not_recorded'
            when is_ratio and denominator = 0 then 'nothing_to_divide_by'
        end as empty_reason,
        status
    from kpi_sums

)

select * from int_kpi_values_aggregated
