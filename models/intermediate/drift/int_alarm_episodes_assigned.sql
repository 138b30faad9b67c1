{# Grain: one row per alarm that no known cause explains, with the episode that it belongs to.
   Alarms of one family that are no more than the var drift_quiet_days apart are one episode, up
   to a day on which the level shifts again. #}
{%- set family = 'system, stage, definition_version, family' -%}
{%- set quiet_days = int_var('drift_quiet_days') -%}

with

signals as (select * from {{ ref('int_drift_signals_unioned') }} where is_alarm),

monitors as (select * from {{ ref('drift_monitors') }}),

alarms as (

    select
        signals.*,
        monitors.method,
        monitors.kind,
        case
            when monitors.family is not null then monitors.family
            -- A system that is silent is one cause, whatever it no longer sends.
            when signals.monitor = 'missing_data' then signals.monitor
            else signals.monitor || ' ' || signals.subject
        end as family,
        coalesce(signals.level_shift_z_score >= monitors.level_shift_threshold, false)
            as is_level_shift
    from signals
    inner join monitors on signals.monitor = monitors.monitor

),

explained_alarms as (

    -- Labels change when a score has moved or a label was renamed; none come from a silent system.
    select distinct
        alarms.system,
        alarms.stage,
        alarms.family,
        alarms.signal_date
    from alarms
    inner join alarms as causes
        on
            alarms.system = causes.system
            and (
                (
                    alarms.family in ('label_given', 'label_withheld')
                    and (
                        causes.kind = 'unknown_label'
                        or (alarms.stage = causes.stage and causes.kind = 'score_recalibrated')
                    )
                    and alarms.signal_date >= causes.signal_date
                    and cast(alarms.signal_date as timestamp) <= {{ add_days(
                        'cast(causes.signal_date as timestamp)', quiet_days
                    ) }}
                )
                or (
                    (alarms.family = 'label_withheld' or alarms.kind = 'vanished_label')
                    and causes.kind = 'missing_data'
                    and alarms.signal_date <= causes.signal_date
                    and {{ add_days(
                        'cast(alarms.signal_date as timestamp)', int_var('label_days')
                    ) }} >= cast(causes.signal_date as timestamp)
                )
            )

),

unexplained_alarms as (

    select alarms.*
    from alarms
    left join explained_alarms
        on {{ same('alarms', 'explained_alarms', ['system', 'stage', 'family', 'signal_date']) }}
    where explained_alarms.system is null

),

neighbouring_alarms as (

    select
        *,
        lag(signal_date) over (
            partition by {{ family }} order by signal_date, monitor, subject
        ) as former_date,
        bool_or(is_level_shift) over (partition by {{ family }}, signal_date) as has_level_shift
    from unexplained_alarms

),

int_alarm_episodes_assigned as (

    select
        system,
        stage,
        definition_version,
        family,
        monitor,
        subject,
        method,
        kind,
        sum(case
            when
                former_date is null
                -- A cause begins on one day, whichever monitors show it.
                or (has_level_shift and former_date < signal_date)
                -- A label or value that no seed maps stays one cause, however rare it is.
                or (
                    method != 'count'
                    and cast(signal_date as timestamp)
                    > {{ add_days('cast(former_date as timestamp)', quiet_days) }}
                )
                then 1
            else 0
        end) over (
            partition by {{ family }} order by signal_date, monitor, subject
            rows between unbounded preceding and current row
        ) as episode_number,
        window_days,
        observed,
        expected,
        z_score,
        window_first_date,
        signal_date
    from neighbouring_alarms

)

select * from int_alarm_episodes_assigned
