{# Grain: one row per week, month or quarter, funnel (and all of them) and KPI of the seed kpi_list.
   The value of every KPI, zero where nothing happened; ratios keep numerator and denominator. #}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where is_started),

measures as (select * from {{ ref('int_kpi_measures_aggregated') }}),

kpis as (select * from {{ ref('kpi_list') }}),

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
        period_kind,
        period_start,
        funnel,
        metric,
        is_ratio,
        coalesce(numerator, 0) as numerator,
        coalesce(denominator, 0) as denominator
    from kpi_parts

),

int_kpi_values_aggregated as (

    select
        period_kind,
        period_start,
        funnel,
        metric,
        case
            when is_ratio then cast({{ ratio('numerator', 'denominator') }} as decimal(24, 6))
            else cast(numerator as decimal(24, 6))
        end as actual,
        cast(numerator as decimal(28, 2)) as numerator,
        cast(case when is_ratio then denominator end as decimal(28, 2)) as denominator,
        case when is_ratio and denominator = 0 then 'nothing_to_divide_by' end as empty_reason
    from kpi_sums

)

select * from int_kpi_values_aggregated
