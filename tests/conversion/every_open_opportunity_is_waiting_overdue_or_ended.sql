with

opportunities as (select * from {{ ref('dim_opportunities') }} where outcome = 'open'),

opportunity_classes as (

    select
        opportunities.opportunity_key,
        count(*) filter (where not open_journeys.is_past_limit) as waiting_count,
        count(*) filter (where open_journeys.is_past_limit) as overdue_count,
        count(*) filter (where stages.is_exit) as ended_count
    from opportunities
    left join {{ ref('open_journeys') }} as open_journeys
        on opportunities.journey_key = open_journeys.journey_key
    left join {{ ref('fct_lifecycle') }} as lifecycle
        on opportunities.journey_key = lifecycle.journey_key and lifecycle.is_current
    left join {{ ref('lifecycle_stages') }} as stages on lifecycle.stage = stages.stage
    group by opportunities.opportunity_key

),

open_journey_totals as (

    select sum(open_opportunity_count) as opportunity_count from {{ ref('open_journeys') }}

)

select
    'not in exactly one class' as fault,
    opportunity_key,
    waiting_count + overdue_count + ended_count as class_count
from opportunity_classes
where waiting_count + overdue_count + ended_count != 1
union all
select
    'open_journeys counts another number of opportunities' as fault,
    null as opportunity_key,
    open_journey_totals.opportunity_count as class_count
from open_journey_totals
where
    open_journey_totals.opportunity_count
    != (select count(*) from opportunity_classes where opportunity_classes.ended_count = 0)
