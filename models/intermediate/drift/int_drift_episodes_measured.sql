{# Grain: one row per episode of alarms, named by the monitor with the highest z-score on its first
   day (later days never rename it).
   What was observed and expected in the window that alarmed first, the same from the first day of
   that window to the last alarm, and how many cases differ. A label that is no longer set and the
   unknown one that took its place are one episode. #}
{%- set episode = 'system, stage, definition_version, family, episode_number' -%}
{%- set episode_columns = ['system', 'stage', 'definition_version', 'family', 'episode_number'] -%}
{%- set least_named = int_var('least_published_records') -%}
{%- set longest_window = var('drift_windows') | max -%}
{%- set is_first_week -%}
    cast(series_days.series_date as timestamp)
    < {{ add_days('cast(episodes.first_seen_date as timestamp)', 7) }}
{%- endset -%}
{%- set is_last_week -%}
    cast(series_days.series_date as timestamp)
    > {{ add_days('cast(episodes.last_seen_date as timestamp)', -7) }}
{%- endset -%}
{%- set quiet_since = add_days(
    'cast(episodes.last_seen_date as timestamp)', int_var('drift_quiet_days')
) -%}
{%- set evaluated_at = 'cast(trial_days.evaluated_date as timestamp)' -%}
{%- set silent_since = 'cast(vanished.window_first_date as timestamp)' -%}
{%- set unknown_since = 'cast(unknown.first_seen_date as timestamp)' -%}

with

alarms as (select * from {{ ref('int_alarms_grouped') }}),

series_days as (select * from {{ ref('int_monitor_baselines_fitted') }}),

integrity_events as (select * from {{ ref('int_bad_rows_counted') }}),

score_episodes as (select * from {{ ref('int_score_episodes_measured') }}),

trial_days as (select * from {{ ref('int_trial_days_dated') }}),

ranked_alarms as (

    select
        *,
        min(signal_date) over (partition by {{ episode }}) as first_seen_date,
        coalesce(
            max(case when is_recent then signal_date end) over (partition by {{ episode }}),
            min(signal_date) over (partition by {{ episode }})
        ) as last_seen_date,
        -- A cause that showed later, or labels that came later, explain them all; what explains
        -- more of them is named.
        case
            when
                count(*) over (partition by {{ episode }})
                > count(coalesce(explained_date, came_date)) over (partition by {{ episode }})
                then null
            when
                2 * count(explained_date) over (partition by {{ episode }})
                >= count(*) over (partition by {{ episode }})
                then max(explained_date) over (partition by {{ episode }})
            else
                max(case when explained_date is null then came_date end) over (
                    partition by {{ episode }}
                )
        end as last_explained_date,
        case
            when
                2 * count(explained_date) over (partition by {{ episode }})
                >= count(*) over (partition by {{ episode }})
                then max(cause_kind) over (partition by {{ episode }})
            else 'came_later'
        end as resolving_kind,
        -- What a silence has missed adds up until the last alarm.
        max(expected) over (
            partition by {{ episode }}, monitor, subject
        ) as largest_expected,
        row_number() over (
            partition by {{ episode }}
            order by
                signal_date asc,
                case when window_days = 0 then 1 else 0 end asc,
                z_score desc,
                monitor asc,
                subject asc
        ) as alarm_rank
    from alarms

),

episodes as (

    -- What only two weeks or the CUSUM show comes gradually.
    select
        system,
        stage,
        definition_version,
        family,
        episode_number,
        monitor,
        subject,
        case
            when kind = 'label_agreement' and window_days not in (1, 3, 7) then 'gradual_change'
            else kind
        end as kind,
        method,
        resolving_kind,
        observed,
        expected,
        largest_expected,
        window_first_date,
        first_seen_date,
        last_seen_date,
        last_explained_date
    from ranked_alarms
    where alarm_rank = 1

),

episode_subjects as (

    -- All the labels or words of an episode that counts them.
    select distinct
        {{ episode }},
        monitor,
        subject,
        first_seen_date,
        last_seen_date
    from ranked_alarms
    where method in ('count', 'event')

),

subject_volumes as (

    select
        {% for column in episode_columns %}episode_subjects.{{ column }},
        {% endfor -%}
        episode_subjects.subject,
        sum(integrity_events.bad_count) as volume
    from episode_subjects
    inner join integrity_events
        on
            episode_subjects.system = integrity_events.system
            and episode_subjects.monitor = integrity_events.signal
            and episode_subjects.subject = integrity_events.subject
            and integrity_events.event_date
            between episode_subjects.first_seen_date and episode_subjects.last_seen_date
    group by
        {% for column in episode_columns %}episode_subjects.{{ column }},
        {% endfor -%}
        episode_subjects.subject

),

ranked_subjects as (

    select
        *,
        count(*) over (partition by {{ episode }}) as subject_count,
        row_number() over (
            partition by {{ episode }} order by volume desc, subject asc
        ) as subject_rank
    from subject_volumes

),

subject_lists as (

    -- The three most frequent; a word that fewer than five records bear is not named.
    select
        {{ episode }},
        max(subject_count) as subject_count,
        max(case when subject_rank = 1 and volume >= {{ least_named }} then subject end)
        || coalesce(
            ', ' || max(case
                when subject_rank = 2 and volume >= {{ least_named }} then subject
            end),
            ''
        )
        || coalesce(
            ', ' || max(case
                when subject_rank = 3 and volume >= {{ least_named }} then subject
            end),
            ''
        ) as subject_list,
        count(case when subject_rank <= 3 and volume >= {{ least_named }} then 1 end)
            as listed_count,
        max(case when subject_rank = 1 and volume >= {{ least_named }} then subject end)
            as named_subject
    from ranked_subjects
    group by {{ episode }}

),

episode_days as (

    select
        episodes.system,
        episodes.stage,
        episodes.monitor,
        episodes.subject,
        episodes.first_seen_date,
        series_days.observed,
        series_days.expected
    from episodes
    inner join series_days
        on
            {{ same('episodes', 'series_days', ['system', 'stage', 'definition_version',
                'monitor', 'subject']) }}
            and series_days.series_date
            between episodes.window_first_date and episodes.last_seen_date
    union all
    select
        episodes.system,
        episodes.stage,
        episodes.monitor,
        episodes.subject,
        episodes.first_seen_date,
        subject_volumes.volume as observed,
        0 as expected
    from episodes
    inner join subject_volumes on {{ same('episodes', 'subject_volumes', episode_columns) }}

),

episode_sums as (

    select
        system,
        stage,
        monitor,
        subject,
        first_seen_date,
        sum(observed) as observed,
        sum(expected) as expected
    from episode_days
    group by system, stage, monitor, subject, first_seen_date

),

quiet_dates as (

    -- An alert is quiet so many days after its last alarm was known, if these days were compared:
    -- labels that come late make no alert old. Null while the labels of one of these days come.
    select
        episodes.system,
        episodes.stage,
        episodes.monitor,
        episodes.subject,
        episodes.first_seen_date,
        case
            when count(trial_days.trial_date) = count(trial_days.evaluated_date)
                then cast(greatest(
                    {{ quiet_since }},
                    coalesce(
                        {{ add_days(
                            'min(' ~ evaluated_at ~ ')',
                            int_var('drift_quiet_days') ~ ' - ' ~ int_var('label_days')
                        ) }},
                        {{ quiet_since }}
                    ),
                    coalesce(
                        {{ add_days('max(' ~ evaluated_at ~ ')', '-' ~ int_var('label_days')) }},
                        {{ quiet_since }}
                    )
                ) as date)
        end as quiet_date
    from episodes
    left join trial_days
        on
            episodes.system = trial_days.system
            and episodes.method in ('labels', 'score')
            and episodes.last_seen_date <= trial_days.trial_date
            and {{ quiet_since }} >= cast(trial_days.trial_date as timestamp)
    group by
        episodes.system, episodes.stage, episodes.monitor, episodes.subject,
        episodes.first_seen_date, episodes.last_seen_date

),

reference_ends as (

    -- Whether the last two weeks of the reference already differed from the rest of it.
    select
        episodes.system,
        episodes.stage,
        episodes.monitor,
        episodes.subject,
        episodes.first_seen_date,
        max(series_days.series_date) as reference_last_date
    from episodes
    inner join series_days
        on
            {{ same('episodes', 'series_days', ['system', 'stage', 'definition_version',
                'monitor', 'subject']) }}
    where
        series_days.is_reference
        and series_days.day_number > series_days.reference_last_day_number - {{ longest_window }}
        and series_days.method in ('labels', 'rate')
        and {{ add_days('cast(series_days.series_date as timestamp)', 2 * longest_window) }}
        >= cast(episodes.first_seen_date as timestamp)
    group by
        episodes.system, episodes.stage, episodes.monitor, episodes.subject,
        episodes.first_seen_date
    having
        sum(series_days.observed - series_days.expected)
        >= 2 * sqrt(sum(series_days.day_variance))

),

recent_levels as (

    -- The last week beside the first one, per trial, of all labels of the family.
    select
        episodes.system,
        episodes.stage,
        episodes.monitor,
        episodes.subject,
        episodes.first_seen_date,
        sum(case when {{ is_last_week }} then series_days.observed - series_days.expected end)
        / sum(case when {{ is_last_week }} then greatest(series_days.trial_count, 1) end)
            as recent_rate,
        sum(case when {{ is_last_week }} then series_days.observed - series_days.expected end)
            as recent_excess,
        sum(case when {{ is_first_week }} then series_days.observed - series_days.expected end)
        / sum(case when {{ is_first_week }} then greatest(series_days.trial_count, 1) end)
            as first_rate
    from episodes
    inner join series_days
        on
            {{ same('episodes', 'series_days', ['system', 'stage', 'definition_version']) }}
            and (
                (
                    episodes.monitor = series_days.monitor
                    and episodes.subject = series_days.subject
                    and episodes.family not in ('label_given', 'label_withheld')
                )
                or (episodes.family = series_days.monitor and series_days.subject = '')
            )
            and series_days.series_date
            between episodes.window_first_date and episodes.last_seen_date
    where
        episodes.method in ('labels', 'rate')
        and cast(episodes.last_seen_date as timestamp)
        >= {{ add_days('cast(episodes.first_seen_date as timestamp)', 14) }}
    group by
        episodes.system, episodes.stage, episodes.monitor, episodes.subject,
        episodes.first_seen_date

),

label_renames as (

    -- The unknown label that began closest to the last day of the vanished one; of several vanished
    -- labels, the one whose alarm came first. Later alarms never change this.
    select
        vanished.system,
        vanished.subject as vanished_label,
        vanished.window_first_date as vanished_since_date,
        unknown.subject as unknown_label,
        row_number() over (
            partition by vanished.system, vanished.subject, vanished.first_seen_date
            order by
                abs({{ days_between(silent_since, unknown_since) }}) asc,
                unknown.subject asc
        ) as unknown_rank,
        row_number() over (
            partition by unknown.system, unknown.subject
            order by vanished.first_seen_date asc, vanished.subject asc
        ) as vanished_rank,
        vanished.first_seen_date as vanished_seen_date
    from episodes as vanished
    inner join episodes as unknown
        on
            vanished.system = unknown.system
            and vanished.kind = 'vanished_label'
            and unknown.kind = 'unknown_label'
            and vanished.first_seen_date >= unknown.first_seen_date
            and abs({{ days_between(silent_since, unknown_since) }})
            <= {{ int_var('drift_quiet_days') }}

),

renamed_labels as (select * from label_renames where unknown_rank = 1 and vanished_rank = 1),

episode_levels as (

    -- Of a score, the average difference of the persons in points.
    select
        episodes.*,
        score_episodes.person_count,
        renames.vanished_label,
        renames.vanished_since_date,
        subject_lists.subject_list,
        subject_lists.named_subject,
        subject_lists.subject_count - subject_lists.listed_count as unlisted_count,
        reference_ends.reference_last_date,
        case
            when
                recent_levels.first_rate > 0
                and recent_levels.recent_rate
                >= {{ int_var('drift_growth') }} * recent_levels.first_rate
                and recent_levels.recent_excess >= 7 * {{ int_var('drift_least_count') }}
                then recent_levels.recent_rate / recent_levels.first_rate
        end as growth_ratio,
        case when episodes.last_explained_date is not null then episodes.resolving_kind end
            as explaining_kind,
        quiet_dates.quiet_date,
        coalesce(score_episodes.window_gap, episodes.observed) as window_observed,
        case
            when episodes.method = 'score' then score_episodes.usual_gap else episodes.expected
        end as window_expected,
        case
            when episodes.method = 'score' then score_episodes.episode_gap
            else coalesce(episode_sums.observed, episodes.observed)
        end as observed_level,
        case
            when episodes.method = 'score' then score_episodes.usual_gap
            else coalesce(episode_sums.expected, episodes.largest_expected)
        end as expected_level
    from episodes
    left join episode_sums
        on
            {{ same('episodes', 'episode_sums', ['system', 'stage', 'monitor', 'subject',
                'first_seen_date']) }}
    left join quiet_dates
        on
            {{ same('episodes', 'quiet_dates', ['system', 'stage', 'monitor', 'subject',
                'first_seen_date']) }}
    left join score_episodes
        on
            episodes.method = 'score'
            and {{ same('episodes', 'score_episodes', ['system', 'stage', 'definition_version',
                'first_seen_date']) }}
    left join subject_lists on {{ same('episodes', 'subject_lists', episode_columns) }}
    left join reference_ends
        on
            {{ same('episodes', 'reference_ends', ['system', 'stage', 'monitor', 'subject',
                'first_seen_date']) }}
    left join recent_levels
        on
            {{ same('episodes', 'recent_levels', ['system', 'stage', 'monitor', 'subject',
                'first_seen_date']) }}
    left join renamed_labels as renames
        on
            episodes.system = renames.system
            and episodes.kind = 'unknown_label'
            and episodes.subject = renames.unknown_label
    left join renamed_labels as replaced
        on
            episodes.system = replaced.system
            and episodes.kind = 'vanished_label'
            and episodes.subject = replaced.vanished_label
            and episodes.first_seen_date = replaced.vanished_seen_date
    where replaced.system is null

),

int_drift_episodes_measured as (

    select
        system,
        stage,
        definition_version,
        monitor,
        subject,
        case when reference_last_date is null then kind else 'differs_since_reference' end
            as kind,
        subject_list,
        named_subject,
        unlisted_count,
        vanished_label,
        vanished_since_date,
        reference_last_date,
        cast(growth_ratio as decimal(18, 2)) as growth_ratio,
        cast(round(window_observed) as bigint) as window_observed_volume,
        cast(window_expected as decimal(18, 2)) as window_expected_volume,
        cast(round(observed_level) as bigint) as observed_volume,
        cast(expected_level as decimal(18, 2)) as expected_volume,
        cast(
            round(coalesce(person_count, abs(observed_level - expected_level))) as bigint
        ) as affected_count,
        explaining_kind as resolving_kind,
        window_first_date,
        first_seen_date as window_last_date,
        first_seen_date,
        last_seen_date,
        quiet_date,
        last_explained_date as explained_date
    from episode_levels
    -- Rows that are neither more nor fewer are no alert.
    where round(coalesce(person_count, abs(window_observed - window_expected))) > 0

)

select * from int_drift_episodes_measured
