-- How many leads, prospects, opportunities and wins does the plan ask for in each coming week? Chart: a
-- line per node. Once weeks of a plan have passed, marts.plan_actuals has planned and actual side by side.
select
    plan_week,
    node,
    owner_team,
    sum(planned_volume) as planned_volume,
    bool_or(is_over_capacity) as is_over_capacity
from marts.plan_weeks
where is_additive
group by plan_week, node, owner_team
order by plan_week, node
