{# Grain: one row each time a deal moves its journey, with what it was then said to be worth. #}
with

events as (select * from {{ ref('int_opportunity_events_dated') }}),

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

assigned as (select * from {{ ref('int_opportunity_journeys_assigned') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

amounts as (

    select * from {{ ref('int_opportunity_stages_unioned') }}
    where amount is not null

),

amounts_then as (

    select
        events.opportunity_key,
        events.stage,
        events.occurred_at,
        {{ last_by('amounts.amount', 'row(amounts.entered_at, amounts.source_key)') }} as amount
    from events
    inner join amounts
        on
            events.opportunity_key = amounts.opportunity_key
            and events.occurred_at >= amounts.entered_at
    where events.stage in ('opportunity', 'lost')
    group by events.opportunity_key, events.stage, events.occurred_at

),

int_opportunity_evidence_collected as (

    select
        assigned.journey_key,
        events.opportunity_key,
        opportunities.system,
        events.stage,
        events.exit_reason,
        -- A win counts what the deal is worth now; anything before it, what it was thought to be
        -- worth then.
        {{ at_rate('coalesce(amounts_then.amount, opportunities.amount)') }} as amount,
        events.occurred_at
    from events
    inner join assigned on events.opportunity_key = assigned.opportunity_key
    inner join opportunities on events.opportunity_key = opportunities.opportunity_key
    left join amounts_then
        on
            events.opportunity_key = amounts_then.opportunity_key
            and events.stage = amounts_then.stage
            and events.occurred_at = amounts_then.occurred_at
    left join rates
        on
            {{ rate_holds(
                'opportunities.currency',
                'coalesce(events.occurred_at, opportunities.created_at)'
            ) }}

)

select * from int_opportunity_evidence_collected
