-- Everything that happened on one journey; here, the one with the largest won amount.
-- Put another journey_key in its place.
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

largest_journey as (

    select journey_key
    from journeys
    where won_amount is not null
    order by won_amount desc, journey_key asc
    limit 1

),

the_story_of_a_journey as (

    select
        lifecycle.entry_number,
        lifecycle.entered_at,
        lifecycle.stage,
        lifecycle.owner_team,
        lifecycle.evidence_kind,
        lifecycle.is_inferred,
        lifecycle.definition_version,
        lifecycle.amount,
        lifecycle.stage_days,
        lifecycle.outcome,
        lifecycle.exit_reason
    from lifecycle
    inner join largest_journey on lifecycle.journey_key = largest_journey.journey_key

)

select * from the_story_of_a_journey
order by entry_number
