{# Grain: one row per system, stage, version, segment, day and cell of trials with a touch; a
   cell is what the definition says, which rule blocks, and the points from the threshold.
   How many trials there were, and on how many of them label and definition differ. Each trial is in
   the segment of its channel, and in one of each attribute that rules and teams use. #}
{%- set day = ['system', 'stage', 'definition_version', 'trial_date'] -%}
{%- set cell = [
    'system', 'stage', 'definition_version', 'is_defined', 'blocking_rule', 'blocking_attribute',
    'points_from_threshold', 'is_scored', 'is_contested', 'day_number', 'trial_date',
] -%}
{%- set trial = [
    'system', 'stage', 'definition_version', 'profile_key', 'channel', 'score', 'system_score',
    'blocking_rule', 'blocking_attribute', 'is_defined', 'is_labelled', 'has_unknown_label',
    'label_date',
] -%}
{%- set label_day = ['system', 'stage', 'definition_version', 'label_date'] -%}
{%- set largest_gap = int_var('drift_largest_score_gap') -%}

with

evaluated_trials as (select * from {{ ref('int_label_trials_evaluated') }}),

agreed_references as (select * from {{ ref('drift_references') }}),

trials as (

    -- A person whose two scores have nothing in common is no recalibration: the gap is capped. Of
    -- a person with several records it is not clear which score is the system's.
    select
        evaluated_trials.*,
        case
            when
                evaluated_trials.system_score is not null and evaluated_trials.score is not null
                and not evaluated_trials.has_several_records
                then greatest(
                    least(
                        evaluated_trials.system_score - evaluated_trials.score, {{ largest_gap }}
                    ),
                    -{{ largest_gap }}
                )
        end as score_gap
    from evaluated_trials
    left join agreed_references on evaluated_trials.system = agreed_references.system
    where
        evaluated_trials.has_touch
        and coalesce(evaluated_trials.trial_date >= agreed_references.first_date, true)

),

evaluated_days as (

    select * from {{ ref('int_trial_days_dated') }}
    where evaluated_date is not null

),

profile_segments as (select * from {{ ref('int_profile_segments_matched') }}),

unknown_profiles as (

    -- Profiles with a value that a rule of the stage needs and nobody knows.
    select distinct
        profile_key,
        definition_version,
        stage
    from {{ ref('int_profile_rules_evaluated') }}
    where outcome = 'unknown'

),

score_thresholds as (

    select
        definition_version,
        stage,
        max(case when attribute = 'score' then cast(value as bigint) end) as least_score
    from {{ ref('int_required_rules_listed') }}
    group by definition_version, stage

),

trial_days as (

    select
        {{ day | join(',\n        ') }},
        row_number() over (
            partition by system, stage, definition_version order by trial_date
        ) as day_number
    from trials
    group by {{ day | join(', ') }}

),

dated_trials as (

    -- By what was known when the day was compared: a label that came later changes no past alarm.
    select
        trials.*,
        trials.is_labelled and trials.label_date <= evaluated_days.evaluated_date
            as is_labelled_in_time
    from trials
    inner join evaluated_days
        on trials.system = evaluated_days.system and trials.trial_date = evaluated_days.trial_date

),

later_labels as (

    -- Labels that the definition did not expect, and that came after their day was compared.
    select * from dated_trials
    where is_labelled and not is_labelled_in_time and not is_defined

),

later_label_days as (

    -- They count on the first day with touches from then on.
    select
        {% for column in label_day %}later_labels.{{ column }},
        {% endfor -%}
        min(trial_days.trial_date) as trial_date
    from later_labels
    inner join trial_days
        on
            {{ same('later_labels', 'trial_days', ['system', 'stage', 'definition_version']) }}
            and later_labels.label_date <= trial_days.trial_date
    group by later_labels.{{ label_day | join(', later_labels.') }}

),

compared_trials as (

    select
        {{ trial | join(',\n        ') }},
        score_gap,
        is_labelled_in_time,
        trial_date
    from dated_trials
    union all
    select
        {% for column in trial %}later_labels.{{ column }},
        {% endfor -%}
        cast(null as bigint) as score_gap,
        true as is_labelled_in_time,
        later_label_days.trial_date
    from later_labels
    inner join later_label_days on {{ same('later_labels', 'later_label_days', label_day) }}
    inner join evaluated_days
        on
            later_label_days.system = evaluated_days.system
            and later_label_days.trial_date = evaluated_days.trial_date

),

numbered_trials as (

    select
        compared_trials.*,
        score_thresholds.least_score,
        trial_days.day_number
    from compared_trials
    inner join score_thresholds
        on {{ same('compared_trials', 'score_thresholds', ['definition_version', 'stage']) }}
    inner join trial_days on {{ same('compared_trials', 'trial_days', day) }}

),

systems_with_our_score as (

    -- A system decides by its own score. Where that is on another scale, ours is used instead.
    select
        system,
        stage,
        definition_version
    from numbered_trials
    where day_number <= {{ int_var('drift_reference_days') }}
    group by system, stage, definition_version
    having sum(abs(score_gap)) < {{ int_var('drift_same_scale_gap') }} * count(score_gap)

),

trial_distances as (

    select
        numbered_trials.*,
        numbered_trials.least_score is not null as is_scored,
        case
            when systems_with_our_score.system is null then coalesce(numbered_trials.score, 0)
            else coalesce(numbered_trials.system_score, numbered_trials.score, 0)
        end - coalesce(numbered_trials.least_score, 0) as distance
    from numbered_trials
    left join systems_with_our_score
        on
            {{ same('numbered_trials', 'systems_with_our_score', ['system', 'stage',
                'definition_version']) }}

),

trial_cells as (

    -- Point by point near the threshold, in steps of five (the lower end) further away. The two
    -- scores on different sides of the threshold: a matter of the score.
    select
        trial_distances.*,
        case
            when
                trial_distances.is_scored
                and abs(trial_distances.distance) <= {{ int_var('drift_fine_points') }}
                then trial_distances.distance
            else 5 * cast(floor(trial_distances.distance / 5.0) as bigint)
        end as points_from_threshold,
        trial_distances.is_scored and (
            (trial_distances.is_defined and trial_distances.distance < 0)
            or (
                not trial_distances.is_defined
                and coalesce(trial_distances.score >= trial_distances.least_score, false)
                != (trial_distances.distance >= 0)
            )
        ) as is_contested,
        unknown_profiles.profile_key is not null as has_unknown_value
    from trial_distances
    left join unknown_profiles
        on
            {{ same('trial_distances', 'unknown_profiles', ['profile_key', 'definition_version',
                'stage']) }}

),

profile_cells as (

    select
        {{ cell | join(',
        ') }},
        profile_key,
        channel,
        count(*) as trial_count,
        -- A person with a label that no seed maps is a matter of that label.
        count(case when is_labelled_in_time != is_defined and not has_unknown_label then 1 end)
            as mismatch_count,
        count(case
            when
                is_labelled_in_time != is_defined and not has_unknown_label
                and has_unknown_value
                then 1
        end) as unknown_value_count,
        count(case
            when
                is_defined and is_labelled and not is_labelled_in_time and not has_unknown_label
                then 1
        end) as came_later_count,
        max(case
            when is_defined and not is_labelled_in_time and not has_unknown_label then label_date
        end) as last_came_date,
        count(score_gap) as scored_count,
        cast(coalesce(sum(score_gap), 0) as bigint) as score_gap_sum,
        cast(coalesce(sum(score_gap * score_gap), 0) as bigint) as score_gap_square_sum
    from trial_cells
    group by {{ cell | join(', ') }}, profile_key, channel

),

segment_cells as (

    select
        *,
        channel as segment,
        'channel' as segment_kind
    from profile_cells
    union all
    select
        profile_cells.*,
        profile_segments.segment,
        'attribute' as segment_kind
    from profile_cells
    inner join profile_segments on profile_cells.profile_key = profile_segments.profile_key
    where not profile_cells.is_contested

),

int_label_trial_cells_counted as (

    select
        {{ cell | join(',\n        ') }},
        segment_kind,
        segment,
        cast(sum(trial_count) as bigint) as trial_count,
        cast(sum(mismatch_count) as bigint) as mismatch_count,
        cast(sum(unknown_value_count) as bigint) as unknown_value_count,
        cast(sum(came_later_count) as bigint) as came_later_count,
        max(last_came_date) as last_came_date,
        cast(sum(scored_count) as bigint) as scored_count,
        cast(sum(score_gap_sum) as bigint) as score_gap_sum,
        cast(sum(score_gap_square_sum) as bigint) as score_gap_square_sum
    from segment_cells
    group by {{ cell | join(', ') }}, segment_kind, segment

)

select * from int_label_trial_cells_counted
