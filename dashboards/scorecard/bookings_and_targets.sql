-- Did the shared revenue reach its target? Every team answers for it. Chart: bars with a line.
select
    period_start,
    period_name,
    metric_name,
    actual,
    target,
    status
from marts.kpi_reviews_by_period
where
    period_kind = 'quarter'
    and funnel = 'all'
    and metric in ('bookings_new', 'bookings_expansion', 'bookings_renewal', 'bookings')
    and actual is not null
order by period_start, metric_order
