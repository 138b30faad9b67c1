{# What plan_targets recommends never exceeds the most leads per week that can be worked, and each
   target that is agreed has advice. #}
select
    scenario,
    funnel,
    period_start,
    outcome,
    recommended_leads,
    max_leads,
    advice
from {{ ref('plan_targets') }}
where
    recommended_leads > max_leads + 0.000001
    or (advice is null and outcome != 'target_is_zero')
