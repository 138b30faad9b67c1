{# Grain: one row per started week, month or quarter, KPI and channel (all, and for ad spend each
   channel with spend). Whether any system provides what the KPI needs, and whether one of them had
   fallen silent. #}
{%- set recorded = [] -%}
{%- for entities in var('systems').values() %}{% do recorded.extend(entities) %}{% endfor -%}

with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where is_started),

kpis as (select * from {{ ref('kpi_list') }}),

monitors as (select * from {{ ref('drift_monitors') }} where monitor = 'missing_data'),

silent_days as (

    select * from {{ ref('int_days_without_rows_measured') }}
    where signal = 'missing_data'

),

ad_channels as (

    select distinct
        system,
        coalesce(channel, 'unknown') as channel
    from {{ ref('int_ad_spend_unioned') }}

),

silences as (

    -- Payments come far more often than subscriptions change: without them, billing is silent.
    select
        silent_days.system,
        case silent_days.subject
            when 'payments' then 'subscriptions' else silent_days.subject
        end as entity,
        cast(silent_days.silent_since_date as timestamp) as starts_at,
        cast(max(silent_days.event_date) as timestamp) as last_at
    from silent_days
    cross join monitors
    group by silent_days.system, silent_days.subject, silent_days.silent_since_date
    having max(silent_days.missed) >= max(monitors.threshold_1_day)

),

channel_silences as (

    select
        entity,
        'all' as channel,
        starts_at,
        last_at
    from silences
    union all
    select
        silences.entity,
        ad_channels.channel,
        silences.starts_at,
        silences.last_at
    from silences
    inner join ad_channels
        on silences.system = ad_channels.system and silences.entity = 'ad_spend'

),

channels as (select distinct channel from ad_channels),

kpi_channels as (

    select
        metric,
        entities,
        'all' as channel
    from kpis
    union all
    select
        kpis.metric,
        kpis.entities,
        channels.channel
    from kpis
    cross join channels
    where {{ has_word('kpis.entities', "'ad_spend'") }}

),

int_kpi_sources_evaluated as (

    select
        periods.period_kind,
        periods.period_start,
        kpi_channels.metric,
        kpi_channels.channel,
        periods.is_complete,
        split_part(kpi_channels.entities, ' ', 1) in ('{{ recorded | join("', '") }}')
            as is_recorded,
        count(silences.entity) > 0 as is_silent
    from periods
    cross join kpi_channels
    left join channel_silences as silences
        on
            kpi_channels.channel = silences.channel
            and periods.next_starts_at > silences.starts_at
            and periods.starts_at <= silences.last_at
            and {{ has_word('kpi_channels.entities', 'silences.entity') }}
    group by
        periods.period_kind,
        periods.period_start,
        periods.is_complete,
        kpi_channels.metric,
        kpi_channels.channel,
        kpi_channels.entities

)

select * from int_kpi_sources_evaluated
