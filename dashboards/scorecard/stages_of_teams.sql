-- What did the stages of each team bring in the last quarters? Cohorts: the revenue of the journeys that
-- met the stage in the quarter, up to now. Chart: a table, one row per quarter, team and stage.
select
    period_name,
    owner_team,
    stage,
    sum(qualified_count) as qualified_count,
    sum(customer_count) as customer_count,
    sum(churned_customer_count) as churned_customer_count,
    sum(cohort_new_amount + cohort_expansion_amount + cohort_renewal_amount) as cohort_amount
from marts.kpi_scorecard_by_period
where period_kind = 'quarter'
group by period_start, period_name, owner_team, stage
order by period_start desc, owner_team, stage
