{# Grain: one row per system, stage, monitor, subject, version and day: what was observed, what the
   reference days expect, and whether that is an alarm. #}
with

signals as (select * from {{ ref('int_drift_signals_unioned') }}),

drift_signals as (

    -- Rounded twice, so that a last bit never turns a half.
    select
        {{ key_of(['system', 'stage', 'monitor', 'subject', 'definition_version']) }}
            as signal_series_key,
        system,
        coalesce(nullif(stage, ''), 'none') as stage,
        monitor,
        subject,
        definition_version,
        cast(window_days as bigint) as window_days,
        trial_count,
        cast(round(observed) as bigint) as observed_volume,
        cast(cast(expected as decimal(28, 9)) as decimal(18, 2)) as expected_volume,
        cast(cast(z_score as decimal(28, 9)) as decimal(18, 2)) as z_score,
        cast(z_threshold as decimal(18, 2)) as z_threshold,
        is_alarm,
        is_too_small,
        signal_date
    from signals

)

select * from drift_signals
