{# Grain: one row a deal, as it stands at the cutoff. #}
with

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

assigned as (select * from {{ ref('int_opportunity_journeys_assigned') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

dim_opportunities as (

    select
        opportunities.opportunity_key,
        assigned.journey_key,
        opportunities.account_key,
        opportunities.owner_key,
        opportunities.system,
        opportunities.opportunity_type,
        opportunities.pipeline,
        opportunities.outcome,
        opportunities.lost_reason,
        assigned.assigned_by,
        opportunities.currency,
        {{ at_rate('opportunities.amount') }} as amount,
        opportunities.has_person,
        opportunities.created_at,
        opportunities.closed_at
    from opportunities
    inner join assigned on opportunities.opportunity_key = assigned.opportunity_key
    left join rates
        on
            {{ rate_holds(
                'opportunities.currency',
                'coalesce(opportunities.closed_at, opportunities.created_at)'
            ) }}

)

select * from dim_opportunities
