-- Are bookings of each month on target, and what is expected of the months to come? Chart: bars of
-- actual, a line of target, months to come have a forecast instead.
select
    period_start as month_start,
    period_name,
    actual,
    elapsed_target,
    target,
    forecast,
    status
from marts.kpi_reviews_by_period
where period_kind = 'month' and funnel = 'all' and metric = 'bookings'
order by period_start
