{# Grain: one row per episode of alarms, named by the monitor with the highest z-score on its first
   day (later days never rename it).
   What was observed and expected from the first to the last alarm, and how many cases differ. #}
{%- set episode = 'system, stage, definition_version, family, episode_number' -%}

with

alarms as (select * from {{ ref('int_alarm_episodes_assigned') }}),

series_days as (select * from {{ ref('int_monitor_baselines_fitted') }}),

integrity_events as (select * from {{ ref('int_bad_rows_counted') }}),

silences as (select * from {{ ref('int_days_without_rows_measured') }}),

score_episodes as (select * from {{ ref('int_score_episodes_measured') }}),

ranked_alarms as (

    select
        *,
        min(signal_date) over (partition by {{ episode }}) as first_seen_date,
        max(signal_date) over (partition by {{ episode }}) as last_seen_date,
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
            between episodes.first_seen_date and episodes.last_seen_date
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

episode_levels as (

    -- Of a score, the average difference of the persons in points.
    select
        episodes.*,
        silences.silent_since_date,
        score_episodes.person_count,
        case
            when episodes.method = 'score' then score_episodes.episode_gap
            else coalesce(episode_sums.observed, episodes.observed)
        end as observed_level,
        case
            when episodes.method = 'score' then score_episodes.usual_gap
            else coalesce(episode_sums.expected, episodes.expected)
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
    left join silences
        on
            episodes.system = silences.system
            and episodes.monitor = silences.signal
            and episodes.subject = silences.subject
            and episodes.first_seen_date = silences.event_date

),

int_drift_episodes_measured as (

    select
        system,
        stage,
        definition_version,
        monitor,
        subject,
        kind,
        cast(round(observed_level) as bigint) as observed_volume,
        cast(expected_level as decimal(18, 2)) as expected_volume,
        cast(
            round(coalesce(person_count, abs(observed_level - expected_level))) as bigint
        ) as affected_count,
        coalesce(silent_since_date, first_seen_date) as began_date,
        first_seen_date,
        last_seen_date
    from episode_levels

)

select * from int_drift_episodes_measured
