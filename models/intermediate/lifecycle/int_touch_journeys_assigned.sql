{{ config(materialized='view') }}
{# Grain: one row per touch of a known person, with the journey that was running when it happened.
   #}
with

touches as (select * from {{ ref('int_touches_resolved') }}),

journeys as (select * from {{ ref('int_journeys_identified') }}),

int_touch_journeys_assigned as (

    select
        touches.touch_key,
        journeys.journey_key,
        touches.person_key,
        touches.kind,
        touches.channel,
        touches.campaign,
        touches.system,
        touches.occurred_at
    from touches
    inner join journeys
        on
            touches.person_key = journeys.person_key
            and (
                (
                    touches.occurred_at >= journeys.started_at
                    and (
                        touches.occurred_at < journeys.next_started_at
                        or journeys.next_started_at is null
                    )
                )
                -- A touch without a date belongs to the first journey.
                or (touches.occurred_at is null and journeys.journey_number = 1)
            )

)

select * from int_touch_journeys_assigned
