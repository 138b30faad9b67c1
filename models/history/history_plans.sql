{# Grain: one row per plan snapshot, funnel, node and week planned. The first plan of each calendar week, as it was made. #}
with

planned_weeks as (select * from {{ ref('plan_weeks') }} where scenario = 'base'),

{%- if is_incremental() %}

last_snapshot as (

    select
        max(snapshot_number) as snapshot_number,
        max(made_week) as made_week
    from {{ this }}

),

{%- endif %}

history_plans as (

    select
        cast(date_trunc('week', {{ cutoff() }}) as date) as made_week,
        {{ week_date(0) }} as made_date,
        planned_weeks.funnel,
        planned_weeks.node,
        planned_weeks.plan_week,
        planned_weeks.owner_team,
        planned_weeks.weeks_ahead,
        planned_weeks.planned_volume,
        planned_weeks.low_80_volume,
        planned_weeks.high_80_volume,
        planned_weeks.low_95_volume,
        planned_weeks.high_95_volume,
        {%- if not is_incremental() %}
        cast(1 as bigint) as snapshot_number,
        {{ cutoff() }} as snapshotted_at
    from planned_weeks
        {%- else %}
        cast(coalesce(last_snapshot.snapshot_number, 0) + 1 as bigint) as snapshot_number,
        {{ cutoff() }} as snapshotted_at
    from planned_weeks
    cross join last_snapshot
    -- A build that looks back is in a week that has a plan, or before it.
    where
        last_snapshot.made_week is null
        or cast(date_trunc('week', {{ cutoff() }}) as date) > last_snapshot.made_week
        {%- endif %}

)

select * from history_plans
