-- Do we get more or fewer leads, MQLs and SQLs than in the weeks before? Only whole weeks: the days of
-- the week under way would look like a fall. Chart: a line per KPI.
select
    period_start as week_start,
    metric_name,
    actual as journeys,
    status
from marts.kpi_reviews_by_period
where
    period_kind = 'week'
    and funnel = 'all'
    and metric in ('leads', 'mqls', 'sqls')
    and is_complete
order by period_start, metric_order
