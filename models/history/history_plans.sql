{# Grain: one row per plan snapshot, funnel, node and week planned. The first plan of each
   calendar week, as it was made. #}
with

planned_weeks as (select * from {{ ref('plan_weeks') }} where scenario = 'base'),

last_plan as (

    {{ last_weekly_snapshot() }}

),

history_plans as (

    select
        cast({{ period_start('week', cutoff()) }} as date) as made_week,
        cast({{ cutoff() }} as date) as made_date,
        planned_weeks.funnel,
        planned_weeks.node,
        planned_weeks.plan_week,
        planned_weeks.plan_days,
        planned_weeks.owner_team,
        planned_weeks.weeks_ahead,
        planned_weeks.planned_volume,
        planned_weeks.low_80_volume,
        planned_weeks.high_80_volume,
        planned_weeks.low_95_volume,
        planned_weeks.high_95_volume,
        cast(last_plan.snapshot_number + 1 as bigint) as snapshot_number,
        {{ cutoff() }} as snapshotted_at
    from planned_weeks
    cross join last_plan
    -- A build that looks back is in the week of the last plan, or before it.
    where cast({{ period_start('week', cutoff()) }} as date) > last_plan.made_week

)

select * from history_plans
