{# Grain: one row per system, stage, version, monitor, subject and day.
   Every monitor's every day with its threshold: of series with a reference the window closest to
   its threshold or furthest above it, of counts that need no reference, and of silences. #}
{%- set series_day = 'system, stage, definition_version, monitor, subject, series_date' -%}
{%- set least_count = int_var('drift_least_count') -%}

with

windows as (select * from {{ ref('int_monitor_windows_scored') }}),

integrity_events as (select * from {{ ref('int_bad_rows_counted') }}),

silences as (select * from {{ ref('int_days_without_rows_measured') }}),

monitors as (select * from {{ ref('drift_monitors') }}),

versions as (

    select * from {{ ref('int_evaluation_versions_dated') }}
    where evaluation = 'in_force'

),

thresholds as (

    select
        monitor,
        1 as window_days,
        threshold_1_day as threshold
    from monitors
    union all
    select
        monitor,
        3 as window_days,
        threshold_3_days as threshold
    from monitors
    union all
    select
        monitor,
        7 as window_days,
        threshold_7_days as threshold
    from monitors
    union all
    select
        monitor,
        14 as window_days,
        threshold_14_days as threshold
    from monitors

),

segment_windows as (

    -- All segments of one attribute together: what differs in all of them is no matter of one.
    select
        *,
        sum(observed - expected) over attribute_days as attribute_excess,
        sum(trial_count) over attribute_days as attribute_trial_count
    from windows
    window
        attribute_days as (
            partition by
                system, stage, definition_version, monitor,
                substr(subject, 1, position(' ' in subject)), series_date, window_days
        )

),

window_ratios as (

    -- Whatever the z-score: one or two cases are no pattern, and what the monitor looks for would
    -- show in more of the trials (least_rate). A score is not a count of cases.
    select
        segment_windows.*,
        {{ as_double('thresholds.threshold') }} as threshold,
        {{ as_double('monitors.cusum_threshold') }} as cusum_threshold,
        case
            when
                monitors.method != 'score'
                and segment_windows.observed < greatest(
                    {{ least_count }},
                    coalesce(monitors.least_rate, 0) * segment_windows.trial_count
                )
                then least(segment_windows.z_score / thresholds.threshold, 0)
            when
                monitors.segment_kind = 'attribute'
                and (
                    segment_windows.observed - segment_windows.expected
                    < segment_windows.attribute_excess
                    * {{ decimal_var('drift_segment_share') }}
                    or segment_windows.trial_count
                    > segment_windows.attribute_trial_count
                    * {{ decimal_var('drift_largest_segment') }}
                )
                then least(segment_windows.z_score / thresholds.threshold, 0)
            else segment_windows.z_score / thresholds.threshold
        end as threshold_ratio,
        segment_windows.window_days = max(segment_windows.window_days) over (
            partition by
                segment_windows.system, segment_windows.stage, segment_windows.definition_version,
                segment_windows.monitor, segment_windows.subject, segment_windows.series_date
        ) as is_longest
    from segment_windows
    inner join monitors on segment_windows.monitor = monitors.monitor
    inner join thresholds
        on {{ same('segment_windows', 'thresholds', ['monitor', 'window_days']) }}

),

ranked_windows as (

    -- A CUSUM falls slowly: it alarms only while the longest window is still above normal.
    select
        *,
        max(threshold_ratio) over (partition by {{ series_day }}) as largest_ratio,
        max(case
            when is_longest and z_score >= {{ decimal_var('drift_cusum_least_z_score') }}
                then cusum / cusum_threshold
        end) over (partition by {{ series_day }}) as cusum_ratio,
        max(case
            when
                is_longest
                and (largest_z_score < threshold or trial_count < {{ least_count }})
                then 1
            else 0
        end) over (partition by {{ series_day }}) = 1 as is_too_small,
        max(case when window_days = 3 then z_score end)
            over (partition by {{ series_day }}) as recent_z_score,
        max(case when window_days = 3 then observed end)
            over (partition by {{ series_day }}) as recent_observed,
        max(case when window_days = 1 then z_score end)
            over (partition by {{ series_day }}) as day_z_score,
        max(case when window_days = 1 then observed end)
            over (partition by {{ series_day }}) as day_observed,
        row_number() over (
            partition by {{ series_day }} order by threshold_ratio desc, window_days asc
        ) as window_rank
    from window_ratios

),

series_signals as (

    -- The CUSUM reports what no window shows.
    select
        *,
        coalesce(cusum_ratio >= 1, false) and largest_ratio < 1 as is_cusum,
        largest_ratio >= 1 or coalesce(cusum_ratio >= 1, false) as is_alarm
    from ranked_windows

),

int_drift_signals_unioned as (

    select
        system,
        stage,
        definition_version,
        monitor,
        subject,
        series_date as signal_date,
        window_first_date,
        case when is_cusum then 0 else window_days end as window_days,
        cast(trial_count as bigint) as trial_count,
        observed,
        unknown_observed,
        came_later,
        last_came_date,
        expected,
        case when is_cusum then cusum else z_score end as z_score,
        case when is_cusum then cusum_threshold else threshold end as z_threshold,
        level_shift_z_score,
        is_alarm,
        (
            recent_z_score >= {{ decimal_var('drift_recent_z_score') }}
            and day_z_score >= {{ decimal_var('drift_day_z_score') }}
            -- Else the window shows what happened on its first day.
            and abs(3 * day_observed) >= 0.5 * abs(recent_observed)
        ) as is_recent,
        is_too_small
    from series_signals
    where case when is_cusum then is_longest else window_rank = 1 end
    union all
    -- Unknown labels, unknown values and changed settings need no reference.
    select
        integrity_events.system,
        '' as stage,
        integrity_events.definition_version,
        integrity_events.signal as monitor,
        integrity_events.subject,
        integrity_events.event_date as signal_date,
        integrity_events.event_date as window_first_date,
        1 as window_days,
        integrity_events.all_count as trial_count,
        integrity_events.bad_count as observed,
        0 as unknown_observed,
        0 as came_later,
        cast(null as date) as last_came_date,
        0 as expected,
        integrity_events.bad_count as z_score,
        monitors.threshold_1_day as z_threshold,
        null as level_shift_z_score,
        integrity_events.bad_count >= monitors.threshold_1_day as is_alarm,
        true as is_recent,
        false as is_too_small
    from integrity_events
    inner join monitors on integrity_events.signal = monitors.monitor
    where monitors.method in ('count', 'event')
    union all
    select
        silences.system,
        '' as stage,
        versions.definition_version,
        silences.signal as monitor,
        silences.subject,
        silences.event_date as signal_date,
        silences.silent_since_date as window_first_date,
        1 as window_days,
        0 as trial_count,
        0 as observed,
        0 as unknown_observed,
        0 as came_later,
        cast(null as date) as last_came_date,
        silences.missed as expected,
        silences.missed as z_score,
        monitors.threshold_1_day as z_threshold,
        null as level_shift_z_score,
        silences.missed >= monitors.threshold_1_day as is_alarm,
        true as is_recent,
        false as is_too_small
    from silences
    inner join monitors on silences.signal = monitors.monitor
    inner join versions
        on
            cast(silences.event_date as timestamp) >= versions.valid_from
            and cast(silences.event_date as timestamp) < versions.valid_to

)

select * from int_drift_signals_unioned
