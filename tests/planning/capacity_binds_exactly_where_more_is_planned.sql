with

weeks as (select * from {{ ref('plan_weeks') }}),

owner_capacity as (select * from {{ ref('owner_capacity') }}),

week_capacity as (

    select
        weeks.scenario,
        weeks.funnel,
        weeks.node,
        weeks.plan_week,
        sum(owners.weekly_count) as weekly_count
    from weeks
    left join owner_capacity as owners
        on weeks.funnel = owners.funnel and weeks.node = owners.planning_node
    group by weeks.scenario, weeks.funnel, weeks.node, weeks.plan_week

)

select
    weeks.scenario,
    weeks.funnel,
    weeks.node,
    weeks.plan_week,
    weeks.plan_days,
    weeks.planned_volume,
    weeks.capacity_count,
    week_capacity.weekly_count
from weeks
inner join week_capacity
    on
        weeks.scenario = week_capacity.scenario
        and weeks.funnel = week_capacity.funnel
        and weeks.node = week_capacity.node
        and weeks.plan_week = week_capacity.plan_week
where
    coalesce(weeks.capacity_count, -1) != coalesce(week_capacity.weekly_count, -1)
    or weeks.is_over_capacity
    != coalesce(weeks.planned_volume > week_capacity.weekly_count * weeks.plan_days / 7.0, false)
