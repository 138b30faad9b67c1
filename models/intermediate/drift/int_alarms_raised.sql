{# Grain: one row an alarm that no cause known by its day explains, with the family in which alarms
   have one cause. #}
with

signals as (select * from {{ ref('int_signals_unioned') }} where is_alarm),

monitors as (select * from {{ ref('drift_monitors') }}),

alarms as (

    select
        signals.*,
        monitors.source,
        monitors.kind,
        case
            when monitors.pool is not null then monitors.pool
            -- A system that is silent is one cause, whatever it no longer sends.
            when signals.monitor = 'missing_data' then signals.monitor
            else signals.monitor || ' ' || signals.subject
        end as family
    from signals
    inner join monitors on signals.monitor = monitors.monitor

),

explained as (

    -- Labels follow from a score that moved and a label that was renamed; none come from a system
    -- that is silent.
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
                    alarms.family in ('given', 'withheld')
                    and (
                        causes.kind = 'unknown_label'
                        or (alarms.stage = causes.stage and causes.kind = 'score_recalibrated')
                    )
                    and alarms.signal_date >= causes.signal_date
                    and cast(alarms.signal_date as timestamp) <= {{ add_days(
                        'cast(causes.signal_date as timestamp)', int_var('drift_quiet_days')
                    ) }}
                )
                or (
                    (alarms.family = 'withheld' or alarms.kind = 'vanished_label')
                    and causes.kind = 'missing_data'
                    and alarms.signal_date <= causes.signal_date
                    and {{ add_days(
                        'cast(alarms.signal_date as timestamp)', int_var('label_days')
                    ) }} >= cast(causes.signal_date as timestamp)
                )
            )

),

int_alarms_raised as (

    select alarms.*
    from alarms
    left join explained
        on {{ same('alarms', 'explained', ['system', 'stage', 'family', 'signal_date']) }}
    where explained.system is null

)

select * from int_alarms_raised
