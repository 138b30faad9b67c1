{# Grain: one row a system, stage, version, monitor, subject and day after or in the reference, with
   what its own reference makes it expect, and how uncertain a short reference is of that. #}
{%- set series = ['system', 'stage', 'definition_version', 'monitor', 'subject'] -%}
with

labels as (select * from {{ ref('int_label_series_summed') }}),

rates as (select * from {{ ref('int_rate_series_summed') }}),

series_days as (

    {%- for source, weight in [('labels', 'expected'), ('rates', 'weight')] %}
    select
        {{ series | join(',\n        ') }},
        day_number,
        series_date,
        chance_count,
        observed,
        expected,
        variance,
        {{ weight }} as weight
    from {{ source }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

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

int_series_scaled as (

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

)

select * from int_series_scaled
