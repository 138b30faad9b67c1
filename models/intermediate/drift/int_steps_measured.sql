{# Grain: one row a system, stage, version, monitor, subject and day after the reference: how
   surprising the day is even beside the most that the quiet days before it showed. #}
{%- set series = 'system, stage, definition_version, monitor, subject' -%}

with

weighed as (

    select * from {{ ref('int_series_weighed') }} where monitor != 'score_recalibrated'

),

compared as (

    select
        *,
        greatest(1, coalesce(max((observed + 0.5) / (expected + 0.5)) over (
            partition by {{ series }} order by day_number
            rows between {{ int_var('drift_quiet_days') }} preceding and 1 preceding
        ), 1)) as times,
        greatest(expected, 0.02) as usual,
        day_variance + uncertainty * weight * weight as day_spread
    from weighed

),

shaped as (

    select
        *,
        usual * times as most,
        {{ gamma_shape('usual', 'day_spread') }} as size
    from compared

),

int_steps_measured as (

    select
        {{ series }},
        series_date,
        times,
        {{ surprise_of('observed', 'most', 'size') }} as surprise
    from shaped
    where not is_reference

)

select * from int_steps_measured
