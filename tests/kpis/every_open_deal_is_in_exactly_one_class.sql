-- An open deal waits in time, waits past its stage's limit, or stands on a journey that has ended:
-- one of the three, and none is left over as "other".
with

deals as (select * from {{ ref('dim_opportunities') }} where outcome = 'open'),

classed as (

    select
        deals.opportunity_key,
        count(*) filter (where not journeys.is_past_limit) as in_time_count,
        count(*) filter (where journeys.is_past_limit) as past_limit_count,
        count(*) filter (where stages.is_exit) as ended_count
    from deals
    left join {{ ref('open_journeys') }} as journeys on deals.journey_key = journeys.journey_key
    left join {{ ref('fct_lifecycle') }} as lifecycle
        on deals.journey_key = lifecycle.journey_key and lifecycle.is_current
    left join {{ ref('lifecycle_stages') }} as stages on lifecycle.stage = stages.stage
    group by deals.opportunity_key

),

counted as (

    select sum(open_deal_count) as row_count from {{ ref('open_journeys') }}

)

select
    opportunity_key,
    in_time_count + past_limit_count + ended_count as class_count
from classed
where in_time_count + past_limit_count + ended_count != 1
union all
select
    null as opportunity_key,
    counted.row_count as class_count
from counted
where counted.row_count != (select count(*) from classed where classed.ended_count = 0)
