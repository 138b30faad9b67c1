{{ config(group="revenue_operations") }}
-- What every monitor of an alert's system and stage that alarmed with it saw, from 14 days before
-- its first day to its last: observed and expected, and how unusual that was. is_of_this_alert is
-- true for the series that named it. Choose the alert with --vars '{alert_key: 123}'; else it is
-- the newest open one. An alert of a restated week compares counts in
-- marts.stage_count_changes_by_period, and has no rows here.
{%- set alert_key = var('alert_key', none) -%}
{%- set choice = "status = 'open'" if alert_key is none else 'alert_key = ' ~ (alert_key | int) %}
{%- do stop_unless_found(ref('alerts'), 'alert_key', alert_key) %}
with

alerts as (select * from {{ ref('alerts') }} where signal_series_key is not null),

drift_signals as (select * from {{ ref('drift_signals') }}),

chosen_alert as (

    select *
    from alerts
    where {{ choice }}
    order by first_seen_date desc, alert_key asc
    limit 1

),

alarming_series as (

    -- The series that raised an alarm in the days of the alert.
    select distinct drift_signals.signal_series_key
    from drift_signals
    inner join chosen_alert
        on
            drift_signals.system = chosen_alert.system
            and drift_signals.stage = chosen_alert.stage
            and drift_signals.signal_date
            between chosen_alert.first_seen_date and chosen_alert.last_seen_date
    where drift_signals.is_alarm

),

why_did_this_alert_fire as (

    select
        drift_signals.signal_series_key = chosen_alert.signal_series_key as is_of_this_alert,
        drift_signals.monitor,
        drift_signals.subject,
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
    inner join alarming_series
        on drift_signals.signal_series_key = alarming_series.signal_series_key
    inner join chosen_alert
        on
            drift_signals.signal_date <= chosen_alert.last_seen_date
            and {{ add_days('cast(drift_signals.signal_date as timestamp)', 14) }}
            >= chosen_alert.first_seen_date

)

select * from why_did_this_alert_fire
order by is_of_this_alert desc, monitor asc, subject asc, signal_date asc
