{# Grain: one row per monitor series (system, stage, version, monitor, subject) and day.
   What each series expects on a day by its own reference days, how uncertain a short reference
   is of that, and the variance of a day: of counts, and from day to day (over-dispersion). #}
{%- set series = ['system', 'stage', 'definition_version', 'monitor', 'subject'] -%}
{%- set usual_dispersion = decimal_var('drift_usual_dispersion') -%}
{%- set dispersion_error = decimal_var('drift_dispersion_error') -%}
{%- set prior_variance = '(variance + ' ~ usual_dispersion ~ ' * weight * weight)' -%}

with

monitors as (select * from {{ ref('drift_monitors') }}),

series_days as (

    select * from {{ ref('int_label_monitor_days_aggregated') }}
    union all
    select * from {{ ref('int_quality_monitor_days_aggregated') }}

),

monitored_days as (

    select
        series_days.*,
        monitors.method,
        monitors.family,
        coalesce(monitors.segment_kind, '') as segment_kind,
        series_days.day_number <= {{ int_var('drift_reference_days') }} as is_reference,
        {{ int_var('drift_reference_days') }} as reference_last_day_number
    from series_days
    inner join monitors on series_days.monitor = monitors.monitor

),

reference_sums as (

    select
        {{ series | join(',\n        ') }},
        method,
        segment_kind,
        {{ exact_sum('observed') }} as observed,
        {{ exact_sum('expected') }} as expected,
        {{ exact_sum('variance') }} as variance,
        {{ exact_sum('weight') }} as weight
    from monitored_days
    where is_reference
    group by {{ series | join(', ') }}, method, segment_kind

),

series_levels as (

    -- A series expects what its own reference showed, and half a one more: none among few is not
    -- never. The mean of a score is its own already; a segment leans on the system's whole.
    select
        {{ series | join(',\n        ') }},
        case
            when method = 'score' or expected = 0 then 1
            when segment_kind != '' then (observed + 0.5) / (expected + 0.5)
            else (observed + 0.5) / expected
        end as level_ratio,
        case
            when method = 'score' then variance / (weight * weight)
            else 1 / (greatest(observed, expected) + 0.5)
        end as uncertainty
    from reference_sums

),

levelled_days as (

    select
        {% for column in series %}monitored_days.{{ column }},
        {% endfor -%}
        monitored_days.method,
        monitored_days.family,
        monitored_days.day_number,
        monitored_days.series_date,
        monitored_days.is_reference,
        monitored_days.reference_last_day_number,
        monitored_days.trial_count,
        monitored_days.observed,
        monitored_days.unknown_observed,
        monitored_days.came_later,
        monitored_days.last_came_date,
        monitored_days.expected * series_levels.level_ratio as expected,
        monitored_days.variance * series_levels.level_ratio as variance,
        monitored_days.weight * series_levels.level_ratio as weight,
        series_levels.uncertainty
    from monitored_days
    inner join series_levels on {{ same('monitored_days', 'series_levels', series) }}

),

reference_moments as (

    select
        {{ series | join(',\n        ') }},
        method,
        {{ exact_sum('(observed - expected) * (observed - expected) - variance') }} as excess,
        greatest({{ exact_sum('weight * weight') }}, 0.000001) as squares,
        greatest({{ exact_sum(prior_variance ~ ' * ' ~ prior_variance) }}, 0.000000001) as noise
    from levelled_days
    where is_reference
    group by {{ series | join(', ') }}, method

),

reference_shares as (

    -- What some weeks of small counts say of how days differ is mostly noise: it is averaged with
    -- the usual dispersion, each weighted by its certainty. Of a score nothing is assumed.
    select
        *,
        case
            when method = 'score' then 1
            else
                {{ dispersion_error }} * {{ dispersion_error }}
                / (
                    {{ dispersion_error }} * {{ dispersion_error }}
                    + 2 * noise / squares / squares
                )
        end as reference_share
    from reference_moments

),

dispersions as (

    select
        {{ series | join(',\n        ') }},
        greatest(
            reference_share * excess / squares + (1 - reference_share) * {{ usual_dispersion }}, 0
        ) as dispersion
    from reference_shares

),

int_monitor_baselines_fitted as (

    -- Monitors of one family share the dispersion of the monitor that the family is named after.
    select
        levelled_days.*,
        levelled_days.variance
        + coalesce(family_dispersions.dispersion, dispersions.dispersion)
        * levelled_days.weight * levelled_days.weight as day_variance
    from levelled_days
    inner join dispersions on {{ same('levelled_days', 'dispersions', series) }}
    left join dispersions as family_dispersions
        on
            {{ same('levelled_days', 'family_dispersions', ['system', 'stage',
                'definition_version']) }}
            and levelled_days.family = family_dispersions.monitor

)

select * from int_monitor_baselines_fitted
