{{ config(group="revenue_operations") }}
-- What the monitor of the newest open alert saw, from 14 days before its first day to its last:
-- observed and expected, and how unusual that was. For another alert, change `chosen_alert`. An
-- alert of a restated week compares counts in marts.stage_count_changes_by_period, and has no rows
-- here.
with

alerts as (select * from {{ ref('alerts') }} where signal_series_key is not null),

drift_signals as (select * from {{ ref('drift_signals') }}),

chosen_alert as (

    select *
    from alerts
    where status = 'open'
    order by first_seen_date desc, alert_key asc
    limit 1

),

why_did_this_alert_fire as (

    select
        drift_signals.signal_date,
        drift_signals.window_days,
        drift_signals.trial_count,
        drift_signals.observed_volume,
        drift_signals.expected_volume,
        drift_signals.z_score,
        drift_signals.z_threshold,
        drift_signals.is_alarm,
        chosen_alert.summary,
        chosen_alert.next_step
    from drift_signals
    inner join chosen_alert
        on
            drift_signals.signal_series_key = chosen_alert.signal_series_key
            and drift_signals.signal_date <= chosen_alert.last_seen_date
            and {{ add_days('cast(drift_signals.signal_date as timestamp)', 14) }}
            >= chosen_alert.first_seen_date

)

select * from why_did_this_alert_fire
order by signal_date asc, window_days asc
