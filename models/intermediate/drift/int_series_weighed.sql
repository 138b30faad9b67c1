{# Grain: one row a system, stage, version, monitor, subject and day after or in the reference, with
   what the reference says of its spread: from day to day, and for being short itself. #}
{%- set series = ['system', 'stage', 'definition_version', 'monitor', 'subject'] -%}
with

labels as (select * from {{ ref('int_label_series_summed') }}),

rates as (select * from {{ ref('int_rate_series_summed') }}),

monitors as (select * from {{ ref('drift_monitors') }}),

series_days as (

    select
        {{ series | join(',\n        ') }},
        day_number,
        series_date,
        chance_count,
        observed,
        expected,
        variance,
        expected as weight
    from labels
    union all
    select
        {{ series | join(',\n        ') }},
        day_number,
        series_date,
        chance_count,
        observed,
        expected,
        variance,
        weight
    from rates

),

reference as (

    select
        {{ series | join(',\n        ') }},
        {{ exact_sum('observed') }} as observed,
        {{ exact_sum('expected') }} as expected,
        {{ exact_sum('variance') }} as variance,
        {{ exact_sum('weight') }} as weight
    from series_days
    where day_number <= {{ int_var('drift_reference_days') }}
    group by {{ series | join(', ') }}

),

usual as (

    -- A series expects what its own reference gave and half a one more: none in few is not never.
    select
        {{ series | join(',\n        ') }},
        case
            when monitor = 'score_recalibrated' or expected = 0 then 1
            -- A channel leans on what its system does in all of them.
            when monitor like 'channel%' then (observed + 0.5) / (expected + 0.5)
            else (observed + 0.5) / expected
        end as times,
        case
            when monitor = 'score_recalibrated' then variance / (weight * weight)
            else 1 / (greatest(observed, expected) + 0.5)
        end as uncertainty
    from reference

),

scaled as (

    select
        {% for column in series %}series_days.{{ column }},
        {% endfor -%}
        series_days.day_number,
        series_days.series_date,
        series_days.chance_count,
        series_days.observed,
        series_days.expected * usual.times as expected,
        series_days.variance * usual.times as variance,
        series_days.weight * usual.times as weight,
        usual.uncertainty,
        series_days.day_number <= {{ int_var('drift_reference_days') }} as is_reference
    from series_days
    inner join usual on {{ same('series_days', 'usual', series) }}

),

spread as (

    select
        {{ series | join(',\n        ') }},
        greatest(
            {{ exact_sum('(observed - expected) * (observed - expected) - variance') }}, 0
        ) / greatest({{ exact_sum('weight * weight') }}, 0.000001) as dispersion
    from scaled
    where is_reference
    group by {{ series | join(', ') }}

),

int_series_weighed as (

    select
        scaled.*,
        scaled.variance
        + coalesce(pooled.dispersion, spread.dispersion) * scaled.weight * scaled.weight
            as day_variance
    from scaled
    inner join spread on {{ same('scaled', 'spread', series) }}
    inner join monitors on scaled.monitor = monitors.monitor
    left join spread as pooled
        on
            {{ same('scaled', 'pooled', ['system', 'stage', 'definition_version']) }}
            and monitors.pool = pooled.monitor

)

select * from int_series_weighed
