-- A rate of wins has the decided in its denominator, not the open: whose journey stands at an open
-- deal has neither converted nor been lost.
select
    journey_steps.journey_key,
    journey_steps.step,
    journey_steps.result
from {{ ref('dim_opportunities') }} as opportunities
inner join {{ ref('fct_lifecycle') }} as lifecycle
    on
        opportunities.opportunity_key = lifecycle.opportunity_key
        and lifecycle.is_current
        and lifecycle.stage = 'opportunity'
inner join {{ ref('fct_journey_steps') }} as journey_steps
    on lifecycle.journey_key = journey_steps.journey_key and journey_steps.to_stage = 'customer'
where opportunities.outcome = 'open' and journey_steps.result != 'open'
