{# Grain: one row a system, stage, version, monitor, subject and day after the reference: how
   surprising what was seen is over windows of 1 to 28 days, in standard deviations. #}
{%- set series = 'system, stage, definition_version, monitor, subject' -%}

with

weighed as (select * from {{ ref('int_series_weighed') }}),

summed as (

    select
        {{ series }},
        series_date,
        day_number,
        is_reference,
        uncertainty,
        {%- for days in drift_windows() %}
        {%- for column in ['observed', 'expected', 'day_variance', 'weight', 'chance_count'] %}
        sum({{ column }}) over (
            partition by {{ series }} order by day_number
            rows between {{ days - 1 }} preceding and current row
        ) as {{ column }}_{{ days }}{{ ',' if not (loop.last and days == 28) }}
        {%- endfor %}
        {%- endfor %}
    from weighed

),

spread as (

    select
        *,
        {%- for days in drift_windows() %}
        greatest(
            day_variance_{{ days }} + uncertainty * weight_{{ days }} * weight_{{ days }}, 0.02
        ) as variance_{{ days }},
        greatest(expected_{{ days }}, 0.02) as least_{{ days }}{{ ',' if not loop.last }}
        {%- endfor %}
    from summed
    where not is_reference

),

scaled as (

    -- Counts that vary more than chance count as so many times fewer.
    select
        *,
        {%- for days in drift_windows() %}
        greatest(variance_{{ days }} / least_{{ days }}, 0.5) as scale_{{ days }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from spread

),

counts as (

    select
        *,
        {%- for days in drift_windows() %}
        observed_{{ days }} / scale_{{ days }} as seen_{{ days }},
        least_{{ days }} / scale_{{ days }} as usual_{{ days }}{{ ',' if not loop.last }}
        {%- endfor %}
    from scaled

),

int_series_windowed as (

    select
        {{ series }},
        series_date,
        {%- for days in drift_windows() %}
        chance_count_{{ days }},
        observed_{{ days }},
        expected_{{ days }},
        case
            when monitor = 'score_recalibrated'
                then
                    abs(observed_{{ days }} - expected_{{ days }}) / sqrt(variance_{{ days }})
            else {{ surprise_of('seen_' ~ days, 'usual_' ~ days) }}
        end as surprise_{{ days }},
        {%- endfor %}
        {{ surprise_of('chance_count_28 / scale_28', 'usual_28') }} as most_surprise,
        day_number
    from counts

)

select * from int_series_windowed
