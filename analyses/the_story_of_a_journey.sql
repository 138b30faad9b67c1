-- Everything that happened on one journey. Choose it with --vars '{journey_key: 123}'; without it,
-- the example is the one with the largest won amount.
{%- set journey_key = var('journey_key', none) -%}
{%- do stop_unless_found(ref('fct_journeys'), 'journey_key', journey_key) %}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

chosen_journey as (

    select journey_key
    from journeys
    {% if journey_key is none %}
    where won_amount is not null
    order by won_amount desc, journey_key asc
    limit 1
    {% else %}
    where journey_key = {{ journey_key | int }}
    {% endif %}

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
    inner join chosen_journey on lifecycle.journey_key = chosen_journey.journey_key

)

select * from the_story_of_a_journey
order by entry_number
