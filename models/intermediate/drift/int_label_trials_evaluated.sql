{# Grain: one row per label trial: system, person, stage and day.
   What the definition says by the end of the day, which rule blocks the person, and the score that
   the system itself gives. Where the system's labels and the definition meet. #}
{%- set trial = ['system', 'person_key', 'stage', 'trial_date'] -%}

with

trials as (select * from {{ ref('int_label_trials_collected') }}),

rules as (select * from {{ ref('int_required_rules_listed') }}),

rule_outcomes as (select * from {{ ref('int_profile_rules_evaluated') }} where not is_passed),

qualifications as (

    select * from {{ ref('int_qualifications_evaluated') }} where evaluation = 'in_force'

),

person_records as (select * from {{ ref('int_record_persons_mapped') }}),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

score_changes as (

    select * from {{ ref('int_attribute_changes_rows_checked') }}
    where reason_code is null and entity = 'people' and attribute = 'lead_score'

),

stage_rules as (

    -- The rules that depend on the day, not on the person's profile.
    select
        definition_version,
        stage,
        max(case when attribute = 'evidence' then rule end) as evidence_rule,
        max(case when attribute = 'score' then rule end) as score_rule,
        max(case when attribute = 'score' then cast(value as bigint) end) as least_score,
        max(case when attribute = 'stage' then rule end) as stage_rule,
        max(case when attribute = 'stage' then value end) as required_stage
    from rules
    group by definition_version, stage

),

profile_failures as (

    select
        rule_outcomes.profile_key,
        rule_outcomes.definition_version,
        rule_outcomes.stage,
        count(*) as failed_rule_count,
        min(rule_outcomes.rule) as rule,
        min(rules.attribute) as attribute
    from rule_outcomes
    inner join rules
        on {{ same('rule_outcomes', 'rules', ['definition_version', 'stage', 'rule']) }}
    group by rule_outcomes.profile_key, rule_outcomes.definition_version, rule_outcomes.stage

),

system_scores as (

    -- Two changes at one moment: the first of them by key, the same on every engine.
    select
        score_changes.system,
        person_records.person_key,
        score_changes.record_key,
        cast({{ first_by('score_changes.value', 'score_changes.change_key') }} as bigint) as score,
        score_changes.changed_at as valid_from
    from score_changes
    inner join person_records on score_changes.record_key = person_records.record_key
    group by
        score_changes.system, person_records.person_key, score_changes.record_key,
        score_changes.changed_at

),

system_score_intervals as (

    -- A record that was merged into another one no longer has a score.
    select
        system_scores.*,
        people.deleted_at,
        lead(system_scores.valid_from) over (
            partition by system_scores.record_key order by system_scores.valid_from
        ) as valid_to
    from system_scores
    left join people on system_scores.record_key = people.record_key

),

trial_system_scores as (

    select
        {% for column in trial %}trials.{{ column }},
        {% endfor -%}
        max(system_score_intervals.score) as system_score
    from trials
    inner join system_score_intervals
        on
            trials.system = system_score_intervals.system
            and trials.person_key = system_score_intervals.person_key
            and trials.day_ends_at > system_score_intervals.valid_from
            and trials.day_ends_at <= {{ or_end('system_score_intervals.valid_to') }}
            and trials.day_ends_at <= {{ or_end('system_score_intervals.deleted_at') }}
    group by trials.{{ trial | join(', trials.') }}

),

trial_failures as (

    select
        trials.*,
        trial_system_scores.system_score,
        coalesce(stage_qualifications.occurred_at < trials.day_ends_at, false) as is_defined,
        profile_failures.rule as profile_rule,
        profile_failures.attribute as profile_attribute,
        coalesce(profile_failures.failed_rule_count, 0) as profile_failed_count,
        case
            when stage_rules.evidence_rule is not null and not trials.has_touch
                then stage_rules.evidence_rule
        end as failed_evidence_rule,
        case
            when coalesce(trials.score < stage_rules.least_score, true) then stage_rules.score_rule
        end as failed_score_rule,
        case
            when coalesce(required.occurred_at >= trials.day_ends_at, true)
                then stage_rules.stage_rule
        end as failed_stage_rule
    from trials
    inner join stage_rules
        on {{ same('trials', 'stage_rules', ['definition_version', 'stage']) }}
    left join profile_failures
        on
            {{ same('trials', 'profile_failures', ['profile_key', 'definition_version',
                'stage']) }}
    left join qualifications as stage_qualifications
        on {{ same('trials', 'stage_qualifications', ['journey_key', 'stage']) }}
    left join qualifications as required
        on
            trials.journey_key = required.journey_key
            and stage_rules.required_stage = required.stage
    left join trial_system_scores on {{ same('trials', 'trial_system_scores', trial) }}

),

failure_counts as (

    select
        *,
        profile_failed_count
        + case when failed_evidence_rule is null then 0 else 1 end
        + case when failed_score_rule is null then 0 else 1 end
        + case when failed_stage_rule is null then 0 else 1 end as failed_rule_count
    from trial_failures

),

int_label_trials_evaluated as (

    select
        system,
        person_key,
        stage,
        definition_version,
        profile_key,
        channel,
        score,
        system_score,
        failed_rule_count,
        case
            when is_defined then 'none'
            when failed_rule_count != 1 then 'several'
            else coalesce(
                profile_rule, failed_evidence_rule, failed_score_rule, failed_stage_rule
            )
        end as blocking_rule,
        case
            when is_defined then 'none'
            when failed_rule_count != 1 then 'several'
            when profile_attribute is not null then profile_attribute
            when failed_evidence_rule is not null then 'evidence'
            when failed_score_rule is not null then 'score'
            else 'stage'
        end as blocking_attribute,
        is_defined,
        -- A person who meets the definition has the label, too, if it came after a later touch.
        is_labelled or (is_defined and label_date is not null) as is_labelled,
        has_unknown_label,
        has_several_records,
        has_touch,
        trial_date,
        label_date
    from failure_counts

)

select * from int_label_trials_evaluated
