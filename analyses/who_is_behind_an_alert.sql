{{ config(group="revenue_operations") }}
-- The persons behind an alert about labels, with a link to each: whose label and definition
-- differ, among the people that its monitor looks at, from the first day of the window that alarmed
-- to the last alarm. Choose the alert with --vars '{alert_key: 123}'; else it is the newest open
-- one. An alert about a label, a word or a field has no such persons.
{%- set alert_key = var('alert_key', none) -%}
{%- set choice = "status = 'open'" if alert_key is none else 'alert_key = ' ~ (alert_key | int) %}
{%- do stop_unless_found(ref('alerts'), 'alert_key', alert_key) %}
{%- set version = ['system', 'stage', 'definition_version'] %}
with

alerts as (select * from {{ ref('alerts') }}),

monitors as (select * from {{ ref('drift_monitors') }} where method = 'labels'),

evaluated_days as (

    select * from {{ ref('int_trial_days_dated') }}
    where evaluated_date is not null

),

trials as (

    -- By the labels that had come when the day was compared; a day before that is no evidence.
    select
        evaluated_trials.*,
        evaluated_trials.is_labelled
        and evaluated_trials.label_date <= evaluated_days.evaluated_date as is_labelled_in_time
    from {{ ref('int_label_trials_evaluated') }} as evaluated_trials
    inner join evaluated_days
        on
            evaluated_trials.system = evaluated_days.system
            and evaluated_trials.trial_date = evaluated_days.trial_date
    where evaluated_trials.has_touch

),

profile_segments as (select * from {{ ref('int_profile_segments_matched') }}),

persons as (select * from {{ ref('dim_persons') }}),

chosen_alert as (

    select
        alerts.*,
        monitors.is_defined,
        monitors.blocked_by,
        monitors.from_points,
        monitors.to_points,
        monitors.segment_kind
    from alerts
    inner join monitors on alerts.monitor = monitors.monitor
    where {{ choice }}
    order by alerts.first_seen_date desc, alerts.alert_key asc
    limit 1

),

score_thresholds as (

    select
        definition_version,
        stage,
        max(case when attribute = 'score' then cast(value as bigint) end) as least_score
    from {{ ref('int_required_rules_listed') }}
    group by definition_version, stage

),

numbered_trials as (

    select
        *,
        dense_rank() over (partition by {{ version | join(', ') }} order by trial_date)
            as day_number
    from trials

),

systems_with_our_score as (

    -- The score that the system decides by, as int_label_trial_cells_counted has it.
    select {{ version | join(', ') }}
    from numbered_trials
    where day_number <= {{ int_var('drift_reference_days') }}
    group by {{ version | join(', ') }}
    having
        sum(least(abs(system_score - score), {{ int_var('drift_largest_score_gap') }}))
        < {{ int_var('drift_same_scale_gap') }} * count(system_score - score)

),

later_label_days as (

    -- A label that was not due and came later counts on the first day with touches from then on.
    select
        {% for column in version %}later_trials.{{ column }},
        {% endfor -%}
        later_trials.label_date,
        min(trials.trial_date) as counted_date
    from trials as later_trials
    inner join trials
        on
            {{ same('later_trials', 'trials', version) }}
            and later_trials.label_date <= trials.trial_date
    where
        later_trials.is_labelled
        and not later_trials.is_labelled_in_time
        and not later_trials.is_defined
    group by later_trials.{{ version | join(', later_trials.') }}, later_trials.label_date

),

differing_trials as (

    select
        trials.*,
        trials.trial_date as counted_date
    from trials
    where trials.is_labelled_in_time != trials.is_defined
    union all
    select
        trials.*,
        later_label_days.counted_date
    from trials
    inner join later_label_days
        on {{ same('trials', 'later_label_days', version + ['label_date']) }}
    where trials.is_labelled and not trials.is_labelled_in_time and not trials.is_defined

),

trial_distances as (

    select
        differing_trials.*,
        score_thresholds.least_score,
        case
            when systems_with_our_score.system is null then coalesce(differing_trials.score, 0)
            else coalesce(differing_trials.system_score, differing_trials.score, 0)
        end - coalesce(score_thresholds.least_score, 0) as points_from_threshold
    from differing_trials
    inner join score_thresholds
        on {{ same('differing_trials', 'score_thresholds', ['definition_version', 'stage']) }}
    left join systems_with_our_score
        on {{ same('differing_trials', 'systems_with_our_score', version) }}
    where not differing_trials.has_unknown_label

),

mismatches as (

    -- The two scores on different sides of the threshold: a matter of the score.
    select
        *,
        least_score is not null as is_scored,
        least_score is not null and (
            (is_defined and points_from_threshold < 0)
            or (
                not is_defined
                and coalesce(score >= least_score, false) != (points_from_threshold >= 0)
            )
        ) as is_contested
    from trial_distances

),

who_is_behind_an_alert as (

    select
        mismatches.trial_date,
        mismatches.person_key,
        mismatches.system,
        mismatches.stage,
        mismatches.is_labelled,
        mismatches.is_defined,
        mismatches.label_date,
        mismatches.blocking_rule,
        mismatches.channel,
        mismatches.score,
        mismatches.system_score,
        persons.record_url,
        chosen_alert.summary
    from mismatches
    inner join chosen_alert
        on
            {{ same('mismatches', 'chosen_alert', version + ['is_defined']) }}
            and mismatches.counted_date
            between chosen_alert.window_first_date and chosen_alert.last_seen_date
            and not mismatches.is_contested
            and (
                chosen_alert.from_points is null
                or mismatches.is_scored
                and mismatches.points_from_threshold
                between chosen_alert.from_points and chosen_alert.to_points - 1
            )
    left join persons on mismatches.person_key = persons.person_key
    left join profile_segments
        on
            mismatches.profile_key = profile_segments.profile_key
            and chosen_alert.subject = profile_segments.segment
    where
        case chosen_alert.segment_kind
            when 'channel' then mismatches.channel = chosen_alert.subject
            when 'attribute' then profile_segments.segment is not null
            else true
        end
        and case chosen_alert.blocked_by
            when 'any' then true
            when 'one_rule' then mismatches.blocking_rule = chosen_alert.rule
            else mismatches.blocking_attribute = chosen_alert.blocked_by
        end

)

select * from who_is_behind_an_alert
order by trial_date asc, person_key asc
