{# Grain: one row per system, stage, version, channel, day and cell of trials with a touch; a
   cell is what the definition says, which rule blocks, and the points from the threshold.
   How many trials there were, and on how many of them label and definition differ. #}
{%- set day = ['system', 'stage', 'definition_version', 'trial_date'] -%}
{%- set largest_gap = int_var('drift_largest_score_gap') -%}

with

trials as (

    -- A person whose two scores have nothing in common is no recalibration: the gap is capped.
    select
        *,
        case
            when system_score is not null and score is not null
                then greatest(least(system_score - score, {{ largest_gap }}), -{{ largest_gap }})
        end as score_gap
    from {{ ref('int_label_trials_evaluated') }}
    where has_touch

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

numbered_trials as (

    select
        trials.*,
        score_thresholds.least_score,
        trial_days.day_number
    from trials
    inner join score_thresholds
        on {{ same('trials', 'score_thresholds', ['definition_version', 'stage']) }}
    inner join trial_days on {{ same('trials', 'trial_days', day) }}

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

    -- Point by point near the threshold, in steps of five (the lower end) further away.
    select
        *,
        case
            when is_scored and abs(distance) <= {{ int_var('drift_fine_points') }} then distance
            else 5 * cast(floor(distance / 5.0) as bigint)
        end as points
    from trial_distances

),

int_label_trial_cells_counted as (

    select
        system,
        stage,
        definition_version,
        channel,
        is_defined,
        blocking_rule,
        blocking_attribute,
        points,
        is_scored,
        -- The two scores are on different sides of the threshold: a matter of the score.
        is_scored and (
            (is_defined and points < 0) or (blocking_attribute = 'score' and points >= 0)
        ) as is_contested,
        day_number,
        trial_date,
        count(*) as trial_count,
        count(case when is_labelled != is_defined then 1 end) as mismatch_count,
        count(score_gap) as scored_count,
        cast(coalesce(sum(score_gap), 0) as bigint) as score_gap_sum,
        cast(coalesce(sum(score_gap * score_gap), 0) as bigint) as score_gap_square_sum
    from trial_cells
    group by
        system, stage, definition_version, channel, is_defined, blocking_rule, blocking_attribute,
        points, is_scored, is_contested, day_number, trial_date

)

select * from int_label_trial_cells_counted
