{# Grain: one row an alarm, with the spell that it belongs to: alarms of one family that are no
   further apart than the var drift_quiet_days, up to a day that surprises even beside those before. #}
{%- set family = 'system, stage, definition_version, family' -%}

with

alarms as (select * from {{ ref('int_alarms_raised') }}),

steps as (select * from {{ ref('int_steps_measured') }}),

monitors as (select * from {{ ref('drift_monitors') }}),

compared as (

    select
        alarms.*,
        case when steps.surprise >= monitors.limit_step then 1 else 0 end as is_step
    from alarms
    inner join monitors on alarms.monitor = monitors.monitor
    left join steps
        on
            {{ same('alarms', 'steps', ['system', 'stage', 'definition_version', 'monitor',
                'subject']) }}
            and alarms.signal_date = steps.series_date

),

stepped as (

    select
        *,
        lag(signal_date) over (
            partition by {{ family }} order by signal_date, monitor, subject
        ) as former_date,
        max(is_step) over (partition by {{ family }}, signal_date) as has_step
    from compared

),

int_alarms_spelled as (

    select
        *,
        sum(case
            when
                former_date is null
                -- A cause begins on one day, whatever it is seen in.
                or (has_step = 1 and former_date < signal_date)
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
