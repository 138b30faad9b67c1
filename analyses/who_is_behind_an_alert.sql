{{ config(group="revenue_operations") }}
-- The persons behind an alert about labels, with a link to each: whose label and definition
-- differ, among the people that its monitor looks at, from the first day of the window that alarmed
-- to the last alarm. Choose the alert with --vars '{alert_key: 123}'; else it is the newest open
-- one. An alert about a label, a word or a field has no such persons.
{%- set alert_key = var('alert_key', none) -%}
{%- set choice = "status = 'open'" if alert_key is none else 'alert_key = ' ~ (alert_key | int) %}
with

alerts as (select * from {{ ref('alerts') }}),

monitors as (select * from {{ ref('drift_monitors') }} where method = 'labels'),

trials as (

    select * from {{ ref('int_label_trials_evaluated') }}
    where has_touch and is_labelled != is_defined and not has_unknown_label

),

profile_segments as (select * from {{ ref('int_profile_segments_listed') }}),

persons as (select * from {{ ref('dim_persons') }}),

chosen_alert as (

    select
        alerts.*,
        monitors.is_defined,
        monitors.blocked_by,
        monitors.segment_kind
    from alerts
    inner join monitors on alerts.monitor = monitors.monitor
    where {{ choice }}
    order by alerts.first_seen_date desc, alerts.alert_key asc
    limit 1

),

who_is_behind_an_alert as (

    select
        trials.trial_date,
        trials.person_key,
        trials.system,
        trials.stage,
        trials.is_labelled,
        trials.is_defined,
        trials.label_date,
        trials.blocking_rule,
        trials.channel,
        trials.score,
        trials.system_score,
        persons.record_url,
        chosen_alert.summary
    from trials
    inner join chosen_alert
        on
            {{ same('trials', 'chosen_alert', ['system', 'stage', 'definition_version',
                'is_defined']) }}
            and trials.trial_date
            between chosen_alert.window_first_date and chosen_alert.last_seen_date
    left join persons on trials.person_key = persons.person_key
    left join profile_segments
        on
            trials.profile_key = profile_segments.profile_key
            and chosen_alert.subject = profile_segments.segment
    where
        case
            when chosen_alert.segment_kind = 'channel' then trials.channel = chosen_alert.subject
            when chosen_alert.segment_kind = 'attribute' then profile_segments.segment is not null
            when chosen_alert.blocked_by = 'one_rule' then trials.blocking_rule = chosen_alert.rule
            when chosen_alert.blocked_by = 'score' then trials.blocking_attribute = 'score'
            else true
        end

)

select * from who_is_behind_an_alert
order by trial_date asc, person_key asc
