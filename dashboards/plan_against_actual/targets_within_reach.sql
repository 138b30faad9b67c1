-- Can each funnel still reach its target with the leads of today, and how many would it need?
-- Chart: a table.
select
    funnel,
    total_target_amount,
    current_pace_amount,
    low_80_current_pace_amount,
    high_80_current_pace_amount,
    reachable_amount,
    shortfall_amount,
    round(recent_weekly_leads, 1) as leads_per_week_today,
    round(weekly_leads, 1) as leads_per_week_needed,
    outcome_name
from marts.plan_targets
where scenario = 'base' and is_total
order by total_target_amount desc, funnel
