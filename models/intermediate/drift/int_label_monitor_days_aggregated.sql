{# Grain: one row per system, stage, version, monitor of labels or of the score, subject and day.
   The cells of int_label_trial_cells_counted added up as the seed drift_monitors says: what was
   observed, and what the cells' baseline rates expect of the day's trials, so that another mix of
   people alone changes nothing. #}
{%- set series = 'system, stage, definition_version, monitor, subject' -%}
{%- set stage_days = ['system', 'stage', 'definition_version'] -%}
{%- set prior_scores = int_var('drift_prior_scores') -%}

with

mismatches as (select * from {{ ref('int_label_trial_cells_counted') }}),

baselines as (select * from {{ ref('int_mismatch_baselines_estimated') }}),

label_monitors as (select * from {{ ref('drift_monitors') }} where method = 'labels'),

score_monitors as (select * from {{ ref('drift_monitors') }} where method = 'score'),

trial_days as (

    select distinct
        {{ stage_days | join(',\n        ') }},
        day_number,
        trial_date
    from mismatches
    where segment_kind = 'channel'

),

monitored_cells as (

    -- A monitor weighted by rarity counts each trial by how rare a label is among its neighbours.
    select
        mismatches.system,
        mismatches.stage,
        mismatches.definition_version,
        mismatches.day_number,
        label_monitors.monitor,
        case
            when label_monitors.segment_kind is not null then mismatches.segment
            when label_monitors.blocked_by = 'one_rule' then mismatches.blocking_rule
            else ''
        end as subject,
        mismatches.trial_count,
        mismatches.mismatch_count,
        mismatches.unknown_value_count,
        mismatches.came_later_count,
        mismatches.last_came_date,
        mismatches.trial_count * baselines.mismatch_rate as expected,
        mismatches.trial_count * baselines.mismatch_rate * (1 - baselines.mismatch_rate)
            as variance,
        case when label_monitors.is_weighted_by_rarity then baselines.rarity else 1 end as weight
    from mismatches
    inner join baselines
        on
            {{ same('mismatches', 'baselines', stage_days + ['is_defined', 'blocking_rule',
                'points_from_threshold']) }}
    inner join label_monitors
        on
            mismatches.is_defined = label_monitors.is_defined
            and mismatches.segment_kind = coalesce(label_monitors.segment_kind, 'channel')
            and case
                when label_monitors.blocked_by = 'any' then true
                when label_monitors.blocked_by = 'one_rule'
                    then mismatches.blocking_attribute not in ('several', 'score')
                else mismatches.blocking_attribute = label_monitors.blocked_by
            end
            and (
                label_monitors.from_points is null
                or mismatches.is_scored
                and mismatches.points_from_threshold
                between label_monitors.from_points and label_monitors.to_points - 1
            )
    where not mismatches.is_contested

),

label_series_days as (

    select
        {{ series }},
        day_number,
        cast(round(sum(trial_count * weight)) as bigint) as trial_count,
        sum(mismatch_count * weight) as observed,
        sum(unknown_value_count * weight) as unknown_observed,
        sum(came_later_count * weight) as came_later,
        max(last_came_date) as last_came_date,
        sum(expected * weight) as expected,
        sum(variance * weight * weight) as variance
    from monitored_cells
    group by {{ series }}, day_number

),

label_series as (

    select
        {{ series }},
        min(day_number) as first_day_number
    from label_series_days
    group by {{ series }}

),

score_days as (

    select
        {{ stage_days | join(',\n        ') }},
        trial_date,
        {{ as_double('sum(scored_count)') }} as scored_count,
        {{ as_double('sum(score_gap_sum)') }} as score_gap_sum,
        {{ as_double('sum(score_gap_square_sum)') }} as score_gap_square_sum,
        row_number() over (
            partition by {{ stage_days | join(', ') }} order by trial_date
        ) as day_number
    from mismatches
    where segment_kind = 'channel' and is_scored and scored_count > 0
    group by {{ stage_days | join(', ') }}, trial_date

),

score_baselines as (

    -- Persons whose two scores differ by the largest gap are added, so that few never look exact.
    select
        {{ stage_days | join(',\n        ') }},
        sum(score_gap_sum) / sum(scored_count) as mean_gap,
        (
            sum(score_gap_square_sum)
            + {{ prior_scores }} * {{ int_var('drift_largest_score_gap') }}
            * {{ int_var('drift_largest_score_gap') }}
        ) / (sum(scored_count) + {{ prior_scores }})
        - sum(score_gap_sum) / sum(scored_count) * sum(score_gap_sum) / sum(scored_count)
            as variance
    from score_days
    where day_number <= {{ int_var('drift_reference_days') }}
    group by {{ stage_days | join(', ') }}

),

int_label_monitor_days_aggregated as (

    -- A day without any such person is a day, too.
    select
        label_series.system,
        label_series.stage,
        label_series.definition_version,
        label_series.monitor,
        label_series.subject,
        trial_days.day_number,
        trial_days.trial_date as series_date,
        {{ as_double('coalesce(label_series_days.trial_count, 0)') }} as trial_count,
        {{ as_double('coalesce(label_series_days.observed, 0)') }} as observed,
        {{ as_double('coalesce(label_series_days.unknown_observed, 0)') }} as unknown_observed,
        {{ as_double('coalesce(label_series_days.came_later, 0)') }} as came_later,
        label_series_days.last_came_date,
        {{ as_double('coalesce(label_series_days.expected, 0)') }} as expected,
        {{ as_double('coalesce(label_series_days.variance, 0)') }} as variance,
        {{ as_double('coalesce(label_series_days.expected, 0)') }} as weight
    from label_series
    inner join trial_days on {{ same('label_series', 'trial_days', stage_days) }}
    left join label_series_days
        on
            {{ same('label_series', 'label_series_days', stage_days + ['monitor', 'subject']) }}
            and trial_days.day_number = label_series_days.day_number
    -- A series that begins after the reference days is monitored from its first day.
    where
        trial_days.day_number >= label_series.first_day_number
        or trial_days.day_number <= {{ int_var('drift_reference_days') }}
    union all
    select
        score_days.system,
        score_days.stage,
        score_days.definition_version,
        score_monitors.monitor,
        '' as subject,
        score_days.day_number,
        score_days.trial_date as series_date,
        score_days.scored_count as trial_count,
        score_days.score_gap_sum as observed,
        {{ as_double('0') }} as unknown_observed,
        {{ as_double('0') }} as came_later,
        cast(null as date) as last_came_date,
        score_days.scored_count * score_baselines.mean_gap as expected,
        -- One point squared at least: records that merge or wait for a sync differ for some days.
        score_days.scored_count * greatest(score_baselines.variance, 1) as variance,
        score_days.scored_count as weight
    from score_days
    inner join score_baselines on {{ same('score_days', 'score_baselines', stage_days) }}
    cross join score_monitors

)

select * from int_label_monitor_days_aggregated
