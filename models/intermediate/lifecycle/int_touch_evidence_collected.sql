{# Grain: one row a journey and stage that touches alone are evidence of (awareness, sal), at the
   first of them. #}
{%- set order = "row(" ~ or_end("touches.occurred_at") ~ ", touches.touch_key)" -%}

with

touches as (select * from {{ ref('int_touch_journeys_assigned') }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

int_touch_evidence_collected as (

    select
        touches.journey_key,
        'awareness' as stage,
        {{ first_by('touches.touch_key', order) }} as touch_key,
        {{ first_by('touches.system', order) }} as system,
        min(touches.occurred_at) as occurred_at
    from touches
    group by touches.journey_key
    union all
    select
        touches.journey_key,
        kinds.stage,
        {{ first_by('touches.touch_key', order) }} as touch_key,
        {{ first_by('touches.system', order) }} as system,
        min(touches.occurred_at) as occurred_at
    from touches
    inner join kinds on touches.kind = kinds.kind
    where kinds.stage != 'awareness'
    group by touches.journey_key, kinds.stage

)

select * from int_touch_evidence_collected
