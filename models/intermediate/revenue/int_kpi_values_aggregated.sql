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

kpi_sums as (

    -- Ad spend is known for the whole company only.
    select
        periods.period_kind,
        periods.period_start,
        funnels.funnel,
        kpis.metric,
        kpis.denominator is not null as is_ratio,
        coalesce(numerators.total, 0) as numerator,
        coalesce(denominators.total, 0) as denominator
    from periods
    cross join funnels
    cross join kpis
    left join measures as numerators
        on
            periods.period_kind = numerators.period_kind
            and periods.period_start = numerators.period_start
            and funnels.funnel = numerators.funnel
            and kpis.numerator = numerators.measure
    left join measures as denominators
        on
            periods.period_kind = denominators.period_kind
            and periods.period_start = denominators.period_start
            and funnels.funnel = denominators.funnel
            and kpis.denominator = denominators.measure
    where
        (kpis.is_weekly or periods.period_kind != 'week')
        and (kpis.numerator != 'spend_amount' or funnels.funnel = 'all')

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
