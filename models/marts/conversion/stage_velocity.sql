{# Grain: one row a stage, slice and way of leaving (any, or onwards): the days that it takes, those
   who still wait counted for as long as they have waited. #}
{%- set key_columns = ['stage', 'slice_name', 'slice_value'] -%}
{%- set quantiles = {'median': 0.5, 'p75': 0.75, 'p90': 0.9} -%}

with

stages as (select * from {{ ref('lifecycle_stages') }} where not is_exit),

-- A skipped stage was not waited in, and a stay that nobody dated can't be measured.
stays as (

    select * from {{ ref('int_stage_stays_measured') }} where not is_inferred and stay_days is not null

),

slices as (

    {{ slices() }}

),

sliced as (

    select
        stays.*,
        slices.slice_name,
        {{ slice_value('stays') }} as slice_value
    from stays
    inner join stages on stays.stage = stages.stage
    cross join slices

),

counts as (

    select
        stage,
        slice_name,
        slice_value,
        stay_days,
        count(*) filter (where outcome = 'advanced') as converted_count,
        count(*) filter (where outcome in ('returned', 'exited')) as out_count,
        count(*) filter (where outcome = 'open') as open_count
    from sliced
    group by stage, slice_name, slice_value, stay_days

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
        cast(max(at_risk_count) as bigint) as stay_count,
        cast(sum(gone_count) as bigint) as gone_count,
        {%- for name, share in quantiles.items() %}
        min(case when gone_rate >= {{ share }} then stay_days end) as {{ name }}_days,
        {%- endfor %}
        cast(max(gone_rate) as decimal(9, 6)) as gone_rate,
        max(gone_rate) >= 0.5 as is_median_reached,
        max(gone_rate) >= 0.75 as is_p75_reached,
        max(gone_rate) >= 0.9 as is_p90_reached
    from ways
    group by {{ key_columns | join(', ') }}, way

)

select * from stage_velocity
