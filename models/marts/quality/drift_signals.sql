{# Grain: one row a system, stage, monitor, subject and day: what was seen, what should have been by
   the reference, and whether that is an alarm. #}
with

judged as (select * from {{ ref('int_signals_unioned') }}),

drift_signals as (

    select
        system,
        stage,
        monitor,
        subject,
        definition_version,
        cast(window_days as bigint) as window_days,
        chance_count,
        cast(observed as bigint) as observed_count,
        -- Rounded twice, so that a last bit never turns a half.
        cast(cast(expected as decimal(28, 9)) as decimal(18, 2)) as expected_volume,
        cast(cast(surprise as decimal(28, 9)) as decimal(18, 2)) as surprise,
        cast(alarm_limit as decimal(18, 2)) as threshold,
        is_alarm,
        is_too_small,
        signal_date
    from judged

)

select * from drift_signals
