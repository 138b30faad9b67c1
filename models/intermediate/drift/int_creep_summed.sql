{# Grain: one row a system, stage, version, monitor with a limit for sums, subject and day after the
   reference: how far small surprises have added up since they last were made good. #}
{%- set series = 'system, stage, definition_version, monitor, subject' -%}

with

weighed as (select * from {{ ref('int_series_weighed') }} where not is_reference),

monitors as (select * from {{ ref('drift_monitors') }} where limit_sum is not null),

surprised as (

    -- A third of a standard deviation a day is let go, so that nothing adds up by chance.
    select
        weighed.*,
        (weighed.observed - weighed.expected) / sqrt(greatest(weighed.day_variance, 0.3)) - 0.35
            as surplus
    from weighed
    inner join monitors on weighed.monitor = monitors.monitor

),

added as (

    select
        *,
        sum(surplus) over (
            partition by {{ series }} order by day_number
            rows between unbounded preceding and current row
        ) as total
    from surprised

),

int_creep_summed as (

    select
        {{ series }},
        series_date,
        total - least(0, min(total) over (
            partition by {{ series }} order by day_number
            rows between unbounded preceding and current row
        )) as creep
    from added

)

select * from int_creep_summed
