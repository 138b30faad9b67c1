select
    journey_steps.journey_key,
    journey_steps.step,
    journey_steps.step_result
from {{ ref('dim_opportunities') }} as opportunities
inner join {{ ref('fct_lifecycle') }} as lifecycle
    on opportunities.opportunity_key = lifecycle.opportunity_key and lifecycle.is_current
inner join {{ ref('lifecycle_stages') }} as current_stages
    on lifecycle.stage = current_stages.stage and current_stages.planning_node = 'opportunity'
inner join {{ ref('fct_journey_steps') }} as journey_steps
    on lifecycle.journey_key = journey_steps.journey_key
inner join {{ ref('lifecycle_stages') }} as to_stages
    on journey_steps.to_stage = to_stages.stage and to_stages.planning_node = 'win'
where opportunities.outcome = 'open' and journey_steps.step_result != 'open'
