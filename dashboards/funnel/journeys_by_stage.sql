-- Of the last twelve whole months: how many journeys met the definition of each stage, how many passed
-- it without? Chart: bars, stacked, the stages are in the order of the funnel.
select
    row_number() over (order by sum(passed_count) desc, stage) as stage_number,
    stage,
    owner_team,
    sum(qualified_count) as qualified_count,
    sum(bypass_count) as bypass_count
from marts.stage_volumes_by_period
where
    is_additive
    and period_kind = 'month'
    and period_start in (
        select months.period_start
        from marts.kpi_reviews_by_period as months
        where months.period_kind = 'month' and months.is_complete
        group by months.period_start
        order by months.period_start desc
        limit 12
    )
group by stage, owner_team
having sum(qualified_count) + sum(bypass_count) > 0
order by stage_number
