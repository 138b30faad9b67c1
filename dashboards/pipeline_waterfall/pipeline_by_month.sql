-- How large was the open pipeline at the end of each month, and of which type of revenue? A balance:
-- read it for one month, never add months up. Chart: areas, stacked by revenue_type.
select
    period_start as month_start,
    period_name,
    revenue_type,
    sum(closing_count) as open_count,
    sum(closing_amount) as open_amount
from marts.fct_pipeline_waterfall_by_period
where period_kind = 'month' and basis = 'all_open'
group by period_start, period_name, revenue_type
order by period_start, revenue_type
