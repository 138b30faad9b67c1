{# Grain: one row per week, month or quarter, funnel (and all of them) and KPI of the seed kpi_list.
   The value of every KPI with its status, zero where nothing happened; ratios keep numerator and
   denominator. #}
{%- set recorded = [] -%}
{%- for entities in var('systems').values() %}{% do recorded.extend(entities) %}{% endfor -%}

with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where is_started),

measures as (select * from {{ ref('int_kpi_measures_aggregated') }}),

kpis as (select * from {{ ref('kpi_list') }}),

silent_days as (

    select * from {{ ref('int_days_without_rows_measured') }}
    where signal = 'missing_data'

),

monitors as (select * from {{ ref('drift_monitors') }} where monitor = 'missing_data'),

funnels as (

    select funnel from {{ ref('funnels') }}
    union all
    select 'all' as funnel

),

kpi_parts as (

    {{ kpi_parts(periods='periods', funnels='funnels', kpis='kpis', measures='measures') }}

),

silences as (

    -- Payments come far more often than subscriptions change: without them, billing is silent.
    select
        silent_days.system,
        case silent_days.subject
            when 'payments' then 'subscriptions' else silent_days.subject
        end as entity,
        silent_days.silent_since_date,
        max(silent_days.event_date) as last_date
    from silent_days
    cross join monitors
    group by silent_days.system, silent_days.subject, silent_days.silent_since_date
    having max(silent_days.missed) >= max(monitors.threshold_1_day)

),

silent_periods as (

    select distinct
        periods.period_kind,
        periods.period_start,
        silences.entity
    from periods
    inner join silences
        on
            periods.next_starts_at > cast(silences.silent_since_date as timestamp)
            and periods.starts_at <= cast(silences.last_date as timestamp)

),

kpi_sums as (

    select
        kpi_parts.period_kind,
        kpi_parts.period_start,
        kpi_parts.funnel,
        kpi_parts.metric,
        kpi_parts.is_ratio,
        kpis.entity in ('{{ recorded | join("', '") }}') as is_recorded,
        coalesce(kpi_parts.numerator, 0) as numerator,
        coalesce(kpi_parts.denominator, 0) as denominator,
        case
            when kpis.entity not in ('{{ recorded | join("', '") }}') then 'not_recorded'
            when silent_periods.entity is not null then 'source_silent'
            when
                kpis.case_measure is not null
                and coalesce(case_counts.total, 0) < {{ int_var('minimum_group_size') }}
                then 'too_few'
            when not periods.is_complete then 'partial_period'
            else 'ok'
        end as status
    from kpi_parts
    inner join kpis on kpi_parts.metric = kpis.metric
    inner join periods
        on
            kpi_parts.period_kind = periods.period_kind
            and kpi_parts.period_start = periods.period_start
    left join measures as case_counts
        on
            kpi_parts.period_kind = case_counts.period_kind
            and kpi_parts.period_start = case_counts.period_start
            and kpi_parts.funnel = case_counts.funnel
            and kpis.case_measure = case_counts.measure
    left join silent_periods
        on
            kpi_parts.period_kind = silent_periods.period_kind
            and kpi_parts.period_start = silent_periods.period_start
            and kpis.entity = silent_periods.entity

),

int_kpi_values_aggregated as (

    select
        period_kind,
        period_start,
        funnel,
        metric,
        case
            when not is_recorded then null
            when is_ratio then cast({{ ratio('numerator', 'denominator') }} as decimal(24, 6))
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
