{# Grain: one row an alarm, with the spell that it belongs to: alarms of one family that are no
   further apart than the var drift_quiet_days. #}
{%- set family = 'system, stage, definition_version, family' -%}

with

judged as (select * from {{ ref('int_signals_unioned') }} where is_alarm),

monitors as (select * from {{ ref('drift_monitors') }}),

alarms as (

    select
        judged.*,
        monitors.source,
        monitors.kind,
        case
            when monitors.pool is not null then monitors.pool
            -- A system that is silent is one cause, whatever it no longer sends.
            when judged.monitor = 'missing_data' then judged.monitor
            else judged.monitor || ' ' || judged.subject
        end as family
    from judged
    inner join monitors on judged.monitor = monitors.monitor

),

stepped as (

    select
        *,
        lag(signal_date) over (
            partition by {{ family }} order by signal_date, monitor, subject
        ) as former_date
    from alarms

),

int_alarms_spelled as (

    select
        *,
        sum(case
            when
                former_date is null
                -- What is not in any vocabulary stays one cause, however seldom it comes.
                or (
                    source != 'count'
                    and cast(signal_date as timestamp) > {{ add_days(
                        'cast(former_date as timestamp)', int_var('drift_quiet_days')
                    ) }}
                )
                then 1
            else 0
        end) over (
            partition by {{ family }} order by signal_date, monitor, subject
            rows between unbounded preceding and current row
        ) as spell_number
    from stepped

)

select * from int_alarms_spelled
