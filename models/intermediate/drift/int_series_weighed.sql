{# Grain: one row a system, stage, version, monitor, subject and day after or in the reference, with
   its variance: by chance, and from day to day as the reference says. #}
{%- set series = ['system', 'stage', 'definition_version', 'monitor', 'subject'] -%}
{# What is taken for how far days differ before the reference tells: a quarter, squared. #}
{%- set usual = 0.07 -%}
{%- set give_or_take = 0.04 * 0.04 -%}
{%- set guess = '(variance + ' ~ usual ~ ' * weight * weight)' -%}

with

scaled as (select * from {{ ref('int_series_scaled') }}),

monitors as (select * from {{ ref('drift_monitors') }}),

moments as (

    select
        {{ series | join(',\n        ') }},
        {{ exact_sum('(observed - expected) * (observed - expected) - variance') }} as excess,
        greatest({{ exact_sum('weight * weight') }}, 0.000001) as squares,
        greatest({{ exact_sum(guess ~ ' * ' ~ guess) }}, 0.000000001) as noise
    from scaled
    where is_reference
    group by {{ series | join(', ') }}

),

trusted as (

    -- What fifty-six days of small counts say is mostly noise. Of a score nothing can be guessed.
    select
        *,
        case
            when monitor = 'score_recalibrated' then 1
            else {{ give_or_take }} / ({{ give_or_take }} + 2 * noise / squares / squares)
        end as trust
    from moments

),

spread as (

    select
        {{ series | join(',\n        ') }},
        greatest(trust * excess / squares + (1 - trust) * {{ usual }}, 0) as dispersion
    from trusted

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
