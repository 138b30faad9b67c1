{{ config(**keeps_rows('person_key', 'int_changed_persons_detected')) }}
{# Grain: one row per evaluation, stage and dated touch that could meet the stage: the first rule
   that it did not pass, null if it passed all. #}
with

scored_touches as (

    select * from {{ ref('int_evaluation_touches_scored') }}
    {{ where_changed('person_key', 'int_changed_persons_detected') }}

),

touches as (select * from scored_touches where occurred_at is not null),

criteria as (select * from {{ ref('int_touch_kinds_scored') }} where is_candidate),

profile_stages as (select * from {{ ref('int_profile_stages_evaluated') }}),

qualifications as (

    select * from {{ ref('int_qualifications_evaluated') }}
    {{ where_changed('person_key', 'int_changed_persons_detected') }}

),

leads as (select * from qualifications where is_lead_stage),

int_touch_results_evaluated as (

    select
        touches.evaluation,
        criteria.stage,
        touches.journey_key,
        touches.person_key,
        touches.touch_key,
        touches.definition_version,
        case
            when not profile_stages.is_passed then profile_stages.failed_rule
            when touches.score < criteria.least_score then 'score'
            -- A stage with a score waits for the lead.
            when
                criteria.least_score is not null
                and (leads.journey_key is null or leads.occurred_at > touches.occurred_at)
                then 'is_lead'
        end as failed_rule,
        touches.occurred_at
    from touches
    inner join criteria
        on
            touches.definition_version = criteria.definition_version
            and touches.kind = criteria.kind
    inner join profile_stages
        on
            touches.profile_key = profile_stages.profile_key
            and touches.definition_version = profile_stages.definition_version
            and criteria.stage = profile_stages.stage
    left join leads
        on
            touches.evaluation = leads.evaluation
            and touches.journey_key = leads.journey_key

)

select * from int_touch_results_evaluated
