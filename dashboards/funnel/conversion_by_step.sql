-- What share of journeys gets from one stage to the next in the end? The estimate counts journeys that
-- are still open as not decided, the raw rate counts them as not converted. Chart: bars with intervals.
select
    step,
    entered_count,
    raw_rate,
    estimated_rate,
    lower_rate,
    upper_rate,
    is_plateau_trusted
from marts.conversion_estimates_by_slice
where slice_name = 'all' and horizon_days is null
order by entered_count desc, step
