{# Grain: one row a system, stage, version, monitor, subject and day: what was seen beside what
   should have been, of series with a reference, of counts that need none, and of silences. #}
with

series as (select * from {{ ref('int_series_judged') }}),

integrity as (select * from {{ ref('int_integrity_counted') }}),

silences as (select * from {{ ref('int_silences_measured') }}),

monitors as (select * from {{ ref('drift_monitors') }}),

versions as (select * from {{ ref('int_definition_versions_dated') }} where evaluation = 'in_force'),

int_signals_unioned as (

    select
        system,
        stage,
        definition_version,
        monitor,
        subject,
        series_date as signal_date,
        window_days,
        cast(chance_count as bigint) as chance_count,
        observed,
        expected,
        surprise,
        alarm_limit,
        is_alarm,
        is_too_small
    from series
    union all
    -- What no reference has to be asked about: unknown labels and values.
    select
        integrity.system,
        '' as stage,
        integrity.definition_version,
        integrity.signal as monitor,
        integrity.subject,
        integrity.count_date as signal_date,
        1 as window_days,
        integrity.all_count as chance_count,
        integrity.bad_count as observed,
        0 as expected,
        integrity.bad_count as surprise,
        monitors.limit_1 as alarm_limit,
        integrity.bad_count >= monitors.limit_1 as is_alarm,
        false as is_too_small
    from integrity
    inner join monitors on integrity.signal = monitors.monitor
    where monitors.source in ('count', 'event')
    union all
    select
        silences.system,
        '' as stage,
        versions.definition_version,
        silences.signal as monitor,
        silences.subject,
        silences.count_date as signal_date,
        1 as window_days,
        0 as chance_count,
        0 as observed,
        silences.missed as expected,
        silences.missed as surprise,
        monitors.limit_1 as alarm_limit,
        silences.missed >= monitors.limit_1 as is_alarm,
        false as is_too_small
    from silences
    inner join monitors on silences.signal = monitors.monitor
    inner join versions
        on
            cast(silences.count_date as timestamp) >= versions.valid_from
            and cast(silences.count_date as timestamp) < versions.valid_to

)

select * from int_signals_unioned
