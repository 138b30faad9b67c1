{# Grain: one row per episode of alarms about a system's lead score.
   By how many points the score differs from ours on average: in the window that alarmed first, from
   its first day to the last alarm, and usually. Monitors cap each difference (var
   drift_largest_score_gap); people are shown what it really is. #}
{%- set episode = ['system', 'stage', 'definition_version', 'first_seen_date'] -%}

with

alarms as (select * from {{ ref('int_alarms_grouped') }} where method = 'score'),

score_trials as (

    -- The first days with scores are the reference.
    select
        system,
        stage,
        definition_version,
        person_key,
        system_score - score as score_gap,
        trial_date,
        dense_rank() over (
            partition by system, stage, definition_version order by trial_date
        ) as day_number
    from {{ ref('int_label_trials_evaluated') }}
    where
        has_touch and not has_several_records and system_score is not null and score is not null

),

episodes as (

    select
        system,
        stage,
        definition_version,
        min(signal_date) as first_seen_date,
        {{ first_by('window_first_date', 'signal_date') }} as window_first_date,
        max(signal_date) as last_seen_date
    from alarms
    group by system, stage, definition_version, family, episode_number

),

person_gaps as (

    -- Each person counts once, on however many days the person had a touch.
    select
        episodes.{{ episode | join(',\n        episodes.') }},
        score_trials.person_key,
        avg(case
            when
                score_trials.trial_date
                between episodes.window_first_date and episodes.last_seen_date
                then score_trials.score_gap
        end) as episode_gap,
        avg(case
            when
                score_trials.trial_date
                between episodes.window_first_date and episodes.first_seen_date
                then score_trials.score_gap
        end) as window_gap,
        avg(case
            when score_trials.day_number <= {{ int_var('drift_reference_days') }}
                then score_trials.score_gap
        end) as usual_gap
    from episodes
    inner join score_trials
        on {{ same('episodes', 'score_trials', ['system', 'stage', 'definition_version']) }}
    group by episodes.{{ episode | join(', episodes.') }}, score_trials.person_key

),

int_score_episodes_measured as (

    select
        {{ episode | join(',\n        ') }},
        avg(episode_gap) as episode_gap,
        avg(window_gap) as window_gap,
        avg(usual_gap) as usual_gap,
        count(episode_gap) as person_count
    from person_gaps
    group by {{ episode | join(', ') }}

)

select * from int_score_episodes_measured
