{# Grain: one row a stage, slice and way of leaving (any, or onwards): the days that it takes, those
   who still wait counted for as long as they have waited. #}
{%- set key_columns = ['stage', 'slice_name', 'slice_value'] -%}
{%- set quantiles = {'median': 0.5, 'p75': 0.75, 'p90': 0.9} -%}

with

stages as (select * from {{ ref('lifecycle_stages') }} where not is_exit),

-- A skipped stage was not waited in, and a stay that nobody dated can't be measured.
stays as (

    select * from {{ ref('stage_stays') }} where not is_inferred and stay_days is not null

),

counts as (

    select
        stays.stage,
        {{ slice_columns() }},
        stays.stay_days,
        count(*) filter (where stays.outcome = 'advanced') as converted_count,
        count(*) filter (where stays.outcome in ('returned', 'exited')) as out_count,
        count(*) filter (where stays.outcome = 'open') as open_count
    from stays
    inner join stages on stays.stage = stages.stage
    {{ group_by_slices(['stays.stage', 'stays.stay_days']) }}

),

{{ incidence(key_columns, 'stay_days') }},

ways as (

    {%- for way, count, rate in [
        ('left', 'left_count', '1 - waiting_rate'),
        ('advanced', 'converted_count', 'converted_rate')
    ] %}
    select
        {{ key_columns | join(',\n        ') }},
        '{{ way }}' as way,
        stay_days,
        at_risk_count,
        {{ count }} as gone_count,
        -- Rounded, so that exactly a half is a half on every engine.
        round({{ rate }}, 12) as gone_rate
    from incidence
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

stage_velocity as (

    select
        {{ key_columns | join(',\n        ') }},
        way,
        max(cast(at_risk_count as bigint)) as stay_count,
        cast(sum(gone_count) as bigint) as gone_count,
        {%- for name, share in quantiles.items() %}
        min(case when gone_rate >= {{ share }} then stay_days end) as {{ name }}_days,
        {%- endfor %}
        {%- for name, share in quantiles.items() %}
        max(gone_rate) >= {{ share }} as is_{{ name }}_reached{{ ',' if not loop.last }}
        {%- endfor %}
    from ways
    group by {{ key_columns | join(', ') }}, way

)

select * from stage_velocity
