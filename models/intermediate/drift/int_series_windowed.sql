{# Grain: one row a system, stage, version, monitor, subject and day after the reference: how
   surprising what was seen is over windows of 1 to 14 days, in standard deviations. #}
{%- set series = 'system, stage, definition_version, monitor, subject' -%}
{%- set windows = drift_windows() -%}
{%- set longest = windows | last -%}

with

weighed as (select * from {{ ref('int_series_weighed') }}),

summed as (

    select
        {{ series }},
        series_date,
        day_number,
        is_reference,
        {%- for days in windows %}
        {%- for column in ['observed', 'expected', 'day_variance', 'weight', 'chance_count'] %}
        sum({{ column }}) over (
            partition by {{ series }} order by day_number
            rows between {{ days - 1 }} preceding and current row
        ) as {{ column }}_{{ days }},
        {%- endfor %}
        {%- endfor %}
        uncertainty
    from weighed

),

spread as (

    select
        *,
        {%- for days in windows %}
        greatest(
            day_variance_{{ days }} + uncertainty * weight_{{ days }} * weight_{{ days }}, 0.02
        ) as variance_{{ days }},
        greatest(expected_{{ days }}, 0.02) as usual_{{ days }},
        {%- endfor %}
        monitor = 'score_recalibrated' as is_score
    from summed
    where not is_reference

),

scaled as (

    -- Counts that vary less than chance alone, as most of many do, count as so many times more.
    select
        *,
        {%- for days in windows %}
        least(greatest(variance_{{ days }} / usual_{{ days }}, 0.5), 1) as scale_{{ days }},
        {{ gamma_shape('usual_' ~ days, 'variance_' ~ days) }} as size_{{ days }},
        {%- endfor %}
        not is_score as is_counted
    from spread

),

int_series_windowed as (

    select
        {{ series }},
        series_date,
        {%- for days in windows %}
        chance_count_{{ days }},
        observed_{{ days }},
        expected_{{ days }},
        case
            when is_counted
                then
                    {{ surprise_of(
                        '(observed_' ~ days ~ ' / scale_' ~ days ~ ')',
                        '(usual_' ~ days ~ ' / scale_' ~ days ~ ')',
                        'size_' ~ days
                    ) }}
            -- Of few scores, three that are ten points off are no recalibration.
            else
                abs(observed_{{ days }} - expected_{{ days }}) / sqrt(variance_{{ days }} + 30)
        end as surprise_{{ days }},
        {%- endfor %}
        {{ surprise_of(
            '(chance_count_' ~ longest ~ ' / scale_' ~ longest ~ ')',
            '(usual_' ~ longest ~ ' / scale_' ~ longest ~ ')',
            'size_' ~ longest
        ) }} as most_surprise
    from scaled

)

select * from int_series_windowed
