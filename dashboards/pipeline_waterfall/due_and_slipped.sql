-- Of what was due in each quarter when it began, what was won, lost or pushed out? Chart: bars, stacked.
select
    period_start as quarter_start,
    period_name,
    period_result,
    count(*) as opportunity_count,
    sum(opening_amount) as opening_amount
from marts.fct_pipeline_waterfall_by_period
where period_kind = 'quarter' and basis = 'due_in_period' and opening_count = 1
group by period_start, period_name, period_result
order by period_start, period_result
