-- What happened in the last whole week, and is it more or less than the week before? Chart: a table.
select
    metric_order,
    metric_name,
    owner_team,
    unit,
    actual,
    prior_actual,
    target,
    status,
    period_name
from marts.kpi_reviews_by_period
where
    period_kind = 'week'
    and funnel = 'all'
    and period_start = (
        select max(weeks.period_start)
        from marts.kpi_reviews_by_period as weeks
        where weeks.period_kind = 'week' and weeks.is_complete
    )
order by metric_order
