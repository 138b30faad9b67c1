{# Grain: one row each time a person lost their last deal: none other of theirs was open, or won and
   still held. #}
with

opportunities as (

    select * from {{ ref('int_opportunity_persons_assigned') }} where opportunity_type = 'new'

),

stages as (select * from {{ ref('int_opportunity_stages_unioned') }}),

churns as (select * from {{ ref('int_churns_detected') }}),

lost_moments as (

    -- A deal can be lost more than once: each time is told by its history, or by the deal itself
    -- where there is none.
    select
        opportunity_key,
        entered_at as lost_at
    from stages
    where stage = 'lost'
    union
    select
        opportunity_key,
        closed_at as lost_at
    from opportunities
    where outcome = 'lost'

),

losses as (

    select
        opportunities.opportunity_key,
        opportunities.person_key,
        opportunities.lost_reason,
        opportunities.system,
        lost_moments.lost_at
    from lost_moments
    inner join opportunities
        on lost_moments.opportunity_key = opportunities.opportunity_key

),

holds as (

    select distinct
        losses.opportunity_key,
        losses.lost_at
    from losses
    inner join opportunities
        on
            losses.person_key = opportunities.person_key
            and losses.opportunity_key != opportunities.opportunity_key
            and losses.lost_at >= opportunities.created_at
    left join churns
        on
            opportunities.opportunity_key = churns.opportunity_key
            and losses.lost_at >= churns.exited_at
    where
        churns.opportunity_key is null
        and (
            opportunities.outcome = 'won'
            or opportunities.closed_at is null
            or opportunities.closed_at > losses.lost_at
        )

),

int_losses_detected as (

    select
        losses.person_key,
        losses.opportunity_key,
        losses.lost_reason as exit_reason,
        losses.system,
        losses.lost_at as exited_at
    from losses
    left join holds
        on
            losses.opportunity_key = holds.opportunity_key
            and losses.lost_at = holds.lost_at
    where holds.opportunity_key is null

)

select * from int_losses_detected
