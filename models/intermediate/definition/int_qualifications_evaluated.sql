{# Grain: one row a evaluation, journey and stage that the definition decides (lead, mql, sql), at the
   moment it was first met. The published tables read the evaluation in_force alone. #}
{#- The first of those that are dated; where none is, the first. -#}
{%- set order =
    "touches.touch_number + case when touches.occurred_at is null then 1000000000 else 0 end"
-%}

with

touches as (select * from {{ ref('int_touches_scored') }}),

asked as (select * from {{ ref('int_touch_criteria_listed') }} where is_candidate),

passed as (select * from {{ ref('int_profile_stages_evaluated') }} where is_passed),

first_met as (

    select
        touches.evaluation,
        touches.journey_key,
        touches.person_key,
        asked.stage,
        {{ first_by('touches.definition_version', order) }} as definition_version,
        {{ first_by('touches.touch_key', order) }} as touch_key,
        {{ first_by('touches.profile_key', order) }} as profile_key,
        {{ first_by('touches.system', order) }} as system,
        {{ first_by('touches.score', order) }} as score,
        {{ first_by('asked.least_score is not null', order) }} as is_scored,
        min(touches.occurred_at) as occurred_at
    from touches
    inner join asked
        on
            touches.definition_version = asked.definition_version
            and touches.kind = asked.kind
            and touches.score >= coalesce(asked.least_score, 0)
    inner join passed
        on
            touches.profile_key = passed.profile_key
            and touches.definition_version = passed.definition_version
            and asked.stage = passed.stage
    group by touches.evaluation, touches.journey_key, touches.person_key, asked.stage

),

leads as (select * from first_met where stage = 'lead'),

int_qualifications_evaluated as (

    -- A score may be full before there is a lead: then both are told together.
    select
        first_met.evaluation,
        first_met.journey_key,
        first_met.person_key,
        first_met.stage,
        first_met.definition_version,
        first_met.touch_key,
        first_met.profile_key,
        first_met.system,
        first_met.score,
        case
            when first_met.is_scored then greatest(first_met.occurred_at, leads.occurred_at)
            else first_met.occurred_at
        end as occurred_at
    from first_met
    left join leads
        on
            first_met.evaluation = leads.evaluation
            and first_met.journey_key = leads.journey_key
    where not first_met.is_scored or leads.journey_key is not null

)

select * from int_qualifications_evaluated
