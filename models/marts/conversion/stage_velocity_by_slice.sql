{# Grain: one row per stage, slice and departure type (any, or advanced): how many days a stage
   takes, with journeys that are still in it counted for as long as they have stayed. Stages up to
   the win: what happens after it has no order, so it has no duration. #}
{%- set keys = ['stage', 'slice_name', 'slice_value'] -%}

with

stages as (

    select
        *,
        max(case when planning_node = 'win' then stage_order end) over () as win_order
    from {{ ref('lifecycle_stages') }}
    where not is_exit

),

-- A skipped stage has no waiting time, and a stay without dates cannot be measured.
stays as (

    select * from {{ ref('int_stage_stays_measured') }}
    where not is_inferred and stay_days is not null

),

slices as (

    {{ slices() }}

),

sliced_stays as (

    select
        stays.*,
        slices.slice_name,
        {{ slice_value('slices.slice_name', 'stays') }} as slice_value
    from stays
    inner join stages
        on stays.stage = stages.stage and stages.win_order >= stages.stage_order
    cross join slices

),

day_counts as (

    select
        stage,
        slice_name,
        slice_value,
        stay_days,
        count(*) filter (where outcome = 'advanced') as converted_count,
        count(*) filter (where outcome in ('returned', 'continued', 'exited')) as out_count,
        count(*) filter (where outcome = 'open') as open_count
    from sliced_stays
    group by stage, slice_name, slice_value, stay_days

),

incidence as (

    {{ cumulative_incidence('day_counts', keys, 'stay_days') }}

),

departures as (

    -- Rounded, so that exactly a half is a half on every engine.
    select
        stage,
        slice_name,
        slice_value,
        'any' as departure_type,
        stay_days,
        waiting_count,
        left_count,
        {{ stable_double('1 - waiting_rate', 12) }} as left_rate
    from incidence
    union all
    select
        stage,
        slice_name,
        slice_value,
        'advanced' as departure_type,
        stay_days,
        waiting_count,
        converted_count as left_count,
        {{ stable_double('converted_rate', 12) }} as left_rate
    from incidence

),

stage_velocity_by_slice as (

    select
        stage,
        slice_name,
        slice_value,
        departure_type,
        cast(max(waiting_count) as bigint) as stay_count,
        cast(sum(left_count) as bigint) as left_count,
        min(case when left_rate >= 0.5 then stay_days end) as median_stay_days,
        min(case when left_rate >= 0.75 then stay_days end) as p75_stay_days,
        min(case when left_rate >= 0.9 then stay_days end) as p90_stay_days,
        cast(max(left_rate) as decimal(9, 6)) as left_rate,
        max(left_rate) >= 0.5 as is_median_reached,
        max(left_rate) >= 0.75 as is_p75_reached,
        max(left_rate) >= 0.9 as is_p90_reached,
        slice_name = 'all' and departure_type = 'any' as is_additive
    from departures
    group by stage, slice_name, slice_value, departure_type

)

select * from stage_velocity_by_slice
