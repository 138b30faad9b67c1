{# Grain: one row an alarm, with the spell that it belongs to: alarms of one family that are no
   further apart than the var drift_quiet_days. #}
{%- set family = 'system, stage, definition_version, family' -%}

with

alarms as (select * from {{ ref('int_alarms_raised') }}),

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
