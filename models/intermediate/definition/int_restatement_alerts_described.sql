{# Grain: one row per day on which builds reported the count of a closed week anew, by more than
   random variation: the alert of that day. #}
with

snapshots as (

    select * from {{ ref('history_stage_counts') }}
    where period_kind = 'week' and snapshotted_at <= {{ cutoff() }}

),

monitors as (select * from {{ ref('drift_monitors') }} where method = 'restatement'),

stages as (select * from {{ ref('lifecycle_stages') }}),

reported_counts as (

    select
        stage,
        period_start as week,
        entered_count as reported_count,
        lag(entered_count) over (
            partition by period_start, stage order by snapshot_number
        ) as previous_count,
        first_value(entered_count) over (
            partition by period_start, stage order by snapshot_number
        ) as first_reported_count,
        snapshot_number,
        cast(snapshotted_at as date) as reported_date
    from snapshots

),

restated_weeks as (

    -- By chance alone a week of n entries moves by about sqrt(n). Counts below 4 are taken as 4:
    -- there a single entry is no news.
    select
        *,
        abs(reported_count - first_reported_count)
        / sqrt(greatest(first_reported_count, 4)) as z_score,
        abs(previous_count - first_reported_count)
        / sqrt(greatest(first_reported_count, 4)) as previous_z_score
    from reported_counts
    where previous_count is not null

),

ranked_restatements as (

    -- A change of the past moves many weeks and stages at once: the largest one names the alert.
    -- A week that was beyond the limit before is not reported again.
    select
        restated_weeks.*,
        monitors.monitor,
        monitors.kind,
        monitors.severity,
        monitors.sentence,
        count(*) over (partition by restated_weeks.reported_date) as week_count,
        row_number() over (
            partition by restated_weeks.reported_date
            order by
                restated_weeks.z_score desc,
                restated_weeks.week asc,
                restated_weeks.stage asc,
                restated_weeks.snapshot_number asc
        ) as size_rank
    from restated_weeks
    inner join monitors
        on
            restated_weeks.z_score >= monitors.threshold_1_day
            and restated_weeks.previous_z_score < monitors.threshold_1_day

),

int_restatement_alerts_described as (

    select
        {{ key_of(['restatements.kind', 'restatements.reported_date']) }} as alert_key,
        -- Restated weeks are no series of drift_signals.
        cast(null as bigint) as signal_series_key,
        restatements.monitor,
        restatements.kind,
        restatements.severity,
        cast(null as {{ dbt.type_string() }}) as system,
        restatements.stage,
        cast(null as bigint) as definition_version,
        cast(null as {{ dbt.type_string() }}) as rule,
        cast(restatements.week as {{ dbt.type_string() }}) as subject,
        stages.owner_team,
        {{ alert_sentence(
            template='restatements.sentence',
            texts={
                'stage': 'stages.stage_name',
                'week': long_date('restatements.week'),
                'others': "case
                    when restatements.week_count = 2 then ' (and 1 more count changed)'
                    when restatements.week_count > 2
                        then ' (and ' || (restatements.week_count - 1) || ' more counts changed)'
                end",
            },
            counts={
                'observed': 'restatements.reported_count',
                'expected': 'restatements.first_reported_count',
            },
        ) }} as summary,
        restatements.reported_count as window_observed_volume,
        cast(restatements.first_reported_count as decimal(18, 2)) as window_expected_volume,
        restatements.reported_count as observed_volume,
        cast(restatements.first_reported_count as decimal(18, 2)) as expected_volume,
        abs(restatements.reported_count - restatements.first_reported_count) as affected_count,
        restatements.stage as affected_stage,
        cast(null as {{ dbt.type_string() }}) as resolving_kind,
        restatements.week as window_first_date,
        cast({{ add_days('cast(restatements.week as timestamp)', 6) }} as date)
            as window_last_date,
        restatements.reported_date as first_seen_date,
        restatements.reported_date as last_seen_date,
        cast(
            {{ add_days('cast(restatements.reported_date as timestamp)',
                int_var('drift_quiet_days')) }} as date
        ) as quiet_date,
        cast(null as date) as explained_date
    from ranked_restatements as restatements
    inner join stages on restatements.stage = stages.stage
    where restatements.size_rank = 1

)

select * from int_restatement_alerts_described
