{# Grain: one row per episode of alarms, named by the monitor with the highest z-score on its first
   day (later days never rename it).
   What was observed and expected in the window that alarmed first, the same from the first day of
   that window to the last alarm, and how many cases differ. A label that is no longer set and the
   unknown one that took its place are one episode. #}
{%- set episode = 'system, stage, definition_version, family, episode_number' -%}
{%- set silent_since = 'cast(vanished.window_first_date as timestamp)' -%}
{%- set unknown_since = 'cast(unknown.first_seen_date as timestamp)' -%}

with

alarms as (select * from {{ ref('int_alarm_episodes_assigned') }}),

series_days as (select * from {{ ref('int_monitor_baselines_fitted') }}),

integrity_events as (select * from {{ ref('int_bad_rows_counted') }}),

score_episodes as (select * from {{ ref('int_score_episodes_measured') }}),

ranked_alarms as (

    select
        *,
        min(signal_date) over (partition by {{ episode }}) as first_seen_date,
        max(signal_date) over (partition by {{ episode }}) as last_seen_date,
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
        monitor,
        subject,
        case
            when kind = 'label_agreement' and window_days not in (1, 3, 7) then 'gradual_change'
            else kind
        end as kind,
        method,
        observed,
        expected,
        largest_expected,
        window_first_date,
        first_seen_date,
        last_seen_date
    from ranked_alarms
    where alarm_rank = 1

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
        integrity_events.bad_count as observed,
        0 as expected
    from episodes
    inner join integrity_events
        on
            episodes.system = integrity_events.system
            and episodes.monitor = integrity_events.signal
            and episodes.subject = integrity_events.subject
            and integrity_events.event_date
            between episodes.first_seen_date and episodes.last_seen_date
    where episodes.method in ('count', 'event')

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
    left join score_episodes
        on
            episodes.method = 'score'
            and {{ same('episodes', 'score_episodes', ['system', 'stage', 'definition_version',
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
        kind,
        vanished_label,
        vanished_since_date,
        cast(round(window_observed) as bigint) as window_observed_volume,
        cast(window_expected as decimal(18, 2)) as window_expected_volume,
        cast(round(observed_level) as bigint) as observed_volume,
        cast(expected_level as decimal(18, 2)) as expected_volume,
        cast(
            round(coalesce(person_count, abs(observed_level - expected_level))) as bigint
        ) as affected_count,
        window_first_date,
        first_seen_date as window_last_date,
        first_seen_date,
        last_seen_date
    from episode_levels

)

select * from int_drift_episodes_measured
