{# Grain: one row a version (or draft), journey and stage that would enter or leave against the
   definition in force, with the rule that decides it. #}
with

movers as (select * from {{ ref('int_definition_changes_attributed') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

definition_changes as (

    select
        movers.evaluation,
        movers.journey_key,
        movers.person_key,
        movers.stage,
        movers.change,
        movers.rule,
        journeys.funnel,
        journeys.first_channel,
        journeys.won_amount,
        journeys.has_win as is_won,
        journeys.started_at
    from movers
    inner join journeys on movers.journey_key = journeys.journey_key

)

select * from definition_changes
