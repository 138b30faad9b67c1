{# Grain: one row per monitor series (system, stage, version, monitor, subject), day after the
   reference days and window (var drift_windows, in days with data).
   The z-score of what was observed in the window; and of the day: its CUSUM, and its z-score
   against the highest level of the days before (level shift). #}
{%- set series = 'system, stage, definition_version, monitor, subject' -%}
{%- set least_expected = decimal_var('drift_least_expected') -%}

with

days as (select * from {{ ref('int_monitor_baselines_fitted') }}),

cusum_monitors as (

    select monitor as cusum_monitor
    from {{ ref('drift_monitors') }}
    where cusum_threshold is not null

),

day_deviations as (

    -- Up to the slack, a deviation is not added up. A level is never below the expected one.
    select
        days.*,
        case
            when cusum_monitors.cusum_monitor is not null
                then
                    (days.observed - days.expected)
                    / sqrt(greatest(days.day_variance, {{ decimal_var('drift_cusum_variance') }}))
                    - {{ decimal_var('drift_cusum_slack') }}
        end as deviation,
        greatest(days.expected, {{ least_expected }}) as usual,
        days.day_variance + days.uncertainty * days.weight * days.weight as total_variance,
        greatest(1, coalesce(max((days.observed + 0.5) / (days.expected + 0.5)) over (
            partition by {{ series }} order by days.day_number
            rows between {{ int_var('drift_quiet_days') }} preceding and 1 preceding
        ), 1)) as recent_level_ratio,
        coalesce(max(days.observed / greatest(days.trial_count, 1)) over (
            partition by {{ series }} order by days.day_number
            rows between {{ int_var('drift_quiet_days') }} preceding and 1 preceding
        ), 0) as recent_rate
    from days
    left join cusum_monitors on days.monitor = cusum_monitors.cusum_monitor

),

deviation_sums as (

    select
        *,
        -- Where hardly any are expected, a level is the rate that was seen, not a ratio.
        greatest(usual * recent_level_ratio, recent_rate * trial_count) as recent_level,
        {{ gamma_shape('usual', 'total_variance') }} as shape,
        sum(deviation) over (
            partition by {{ series }}, is_reference order by day_number
            rows between unbounded preceding and current row
        ) as deviation_sum
    from day_deviations

),

day_scores as (

    select
        *,
        deviation_sum - least(0, min(deviation_sum) over (
            partition by {{ series }}, is_reference order by day_number
            rows between unbounded preceding and current row
        )) as cusum,
        case
            when method != 'score'
                then {{ z_score_of('observed', 'recent_level', 'shape') }}
        end as level_shift_z_score
    from deviation_sums

),

window_sums as (

    {%- for window_days in var('drift_windows') %}
    select
        {{ series }},
        method,
        series_date,
        min(series_date) over days_{{ window_days | int }} as window_first_date,
        is_reference,
        {{ window_days | int }} as window_days,
        {{ [int_var('drift_window_span_days') | int, 3 * window_days] | max }} as longest_span_days,
        sum(trial_count) over days_{{ window_days | int }} as trial_count,
        sum(observed) over days_{{ window_days | int }} as observed,
        sum(unknown_observed) over days_{{ window_days | int }} as unknown_observed,
        sum(came_later) over days_{{ window_days | int }} as came_later,
        max(last_came_date) over days_{{ window_days | int }} as last_came_date,
        sum(expected) over days_{{ window_days | int }} as expected,
        sum(day_variance) over days_{{ window_days | int }} as day_variance,
        sum(weight) over days_{{ window_days | int }} as weight,
        uncertainty,
        cusum,
        recent_level_ratio,
        level_shift_z_score
    from day_scores
    window
        days_{{ window_days | int }} as (
            partition by {{ series }} order by day_number
            rows between {{ window_days | int - 1 }} preceding and current row
        )
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

window_variances as (

    -- A window that reaches far back over days without data says nothing about today. The longest
    -- may reach further: a small system has data on three days a week.
    select
        *,
        greatest(expected, {{ least_expected }}) as usual,
        greatest(day_variance + uncertainty * weight * weight, {{ least_expected }}) as variance
    from window_sums
    where
        not is_reference
        and cast(series_date as timestamp)
        < {{ add_days('cast(window_first_date as timestamp)', 'longest_span_days') }}

),

window_shapes as (

    -- Weighted counts vary less than counts of whole ones: they are scored as that many more.
    select
        *,
        least(greatest(variance / usual, 0.5), 1) as unit,
        {{ gamma_shape('usual', 'variance') }} as shape
    from window_variances

),

int_monitor_windows_scored as (

    -- Of a score: a few persons with another score are no recalibration, so variance is added.
    select
        {{ series }},
        series_date,
        window_first_date,
        window_days,
        trial_count,
        observed,
        unknown_observed,
        came_later,
        last_came_date,
        expected,
        case
            when method = 'score'
                then
                    abs(observed - expected)
                    / sqrt(variance + {{ int_var('drift_score_variance') }})
            else {{ z_score_of('(observed / unit)', '(usual / unit)', 'shape') }}
        end as z_score,
        {{ z_score_of('(trial_count / unit)', '(usual / unit)', 'shape') }} as largest_z_score,
        cusum,
        recent_level_ratio,
        level_shift_z_score
    from window_shapes

)

select * from int_monitor_windows_scored
