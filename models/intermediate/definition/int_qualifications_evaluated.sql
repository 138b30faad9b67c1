{{ config(**keeps_rows('person_key', 'int_changed_persons_detected')) }}
{# Grain: one row per evaluation, journey and stage of the definition that the journey met: the
   first moment. Published tables read the evaluation in_force only. #}
{#- The first dated touch; if none has a date, the first one. -#}
{%- set touch_order =
    "touches.touch_number + case when touches.occurred_at is null then 1000000000 else 0 end"
-%}

with

touches as (

    select * from {{ ref('int_evaluation_touches_scored') }}
    {{ where_changed('person_key', 'int_changed_persons_detected') }}

),

criteria as (select * from {{ ref('int_touch_kinds_scored') }} where is_candidate),

passing_profiles as (select * from {{ ref('int_profile_stages_evaluated') }} where is_passed),

first_qualifying_touches as (

    select
        touches.evaluation,
        touches.journey_key,
        touches.person_key,
        criteria.stage,
        criteria.is_lead_stage,
        {{ first_by('touches.definition_version', touch_order) }} as definition_version,
        {{ first_by('touches.touch_key', touch_order) }} as touch_key,
        {{ first_by('touches.profile_key', touch_order) }} as profile_key,
        {{ first_by('touches.system', touch_order) }} as system,
        {{ first_by('touches.score', touch_order) }} as score,
        {{ first_by('criteria.least_score is not null', touch_order) }} as is_scored,
        min(touches.occurred_at) as occurred_at
    from touches
    inner join criteria
        on
            touches.definition_version = criteria.definition_version
            and touches.kind = criteria.kind
            and touches.score >= coalesce(criteria.least_score, 0)
    inner join passing_profiles
        on
            touches.profile_key = passing_profiles.profile_key
            and touches.definition_version = passing_profiles.definition_version
            and criteria.stage = passing_profiles.stage
    group by
        touches.evaluation, touches.journey_key, touches.person_key, criteria.stage,
        criteria.is_lead_stage

),

leads as (select * from first_qualifying_touches where is_lead_stage),

int_qualifications_evaluated as (

    -- A score may be reached before the journey is a lead; then the stage is met with the lead.
    select
        first_qualifying_touches.evaluation,
        first_qualifying_touches.journey_key,
        first_qualifying_touches.person_key,
        first_qualifying_touches.stage,
        first_qualifying_touches.definition_version,
        first_qualifying_touches.touch_key,
        first_qualifying_touches.profile_key,
        first_qualifying_touches.system,
        first_qualifying_touches.score,
        first_qualifying_touches.is_scored,
        first_qualifying_touches.is_lead_stage,
        case
            when first_qualifying_touches.is_scored
                then greatest(first_qualifying_touches.occurred_at, leads.occurred_at)
            else first_qualifying_touches.occurred_at
        end as occurred_at
    from first_qualifying_touches
    left join leads
        on
            first_qualifying_touches.evaluation = leads.evaluation
            and first_qualifying_touches.journey_key = leads.journey_key
    where not first_qualifying_touches.is_scored or leads.journey_key is not null

)

select * from int_qualifications_evaluated
