-- A week is over capacity where, and only where, more is planned than the owners of its funnel can
-- work together; where nobody said what they can work, nothing binds.
with

weeks as (select * from {{ ref('plan_weeks') }}),

owners as (select * from {{ ref('owner_capacity') }}),

workable as (

    select
        weeks.scenario,
        weeks.funnel,
        weeks.node,
        weeks.week_number,
        sum(owners.weekly_count) as weekly_count
    from weeks
    left join owners
        on weeks.funnel = owners.funnel and weeks.node = owners.planning_node
    group by weeks.scenario, weeks.funnel, weeks.node, weeks.week_number

)

select
    weeks.scenario,
    weeks.funnel,
    weeks.node,
    weeks.week_number,
    weeks.planned_volume,
    weeks.capacity_count,
    workable.weekly_count
from weeks
inner join workable
    on {{ same('weeks', 'workable', ['scenario', 'funnel', 'node', 'week_number']) }}
where
    coalesce(weeks.capacity_count, -1) != coalesce(workable.weekly_count, -1)
    or weeks.is_over_capacity != coalesce(weeks.planned_volume > workable.weekly_count, false)
