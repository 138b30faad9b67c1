{# Grain: one row a evaluation, stage and touch that could meet the stage there: the first rule that was
   not passed at it, none where all were. #}
with

touches as (select * from {{ ref('int_touches_scored') }} where occurred_at is not null),

kinds as (select * from {{ ref('int_touch_criteria_listed') }} where is_candidate),

profiles as (select * from {{ ref('int_profile_stages_evaluated') }}),

leads as (select * from {{ ref('int_qualifications_evaluated') }} where stage = 'lead'),

int_touch_results_evaluated as (

    select
        touches.evaluation,
        kinds.stage,
        touches.journey_key,
        touches.person_key,
        touches.touch_key,
        touches.definition_version,
        case
            when not profiles.is_passed then profiles.failed_rule
            when touches.score < kinds.least_score then 'score'
            -- A stage with a score waits for the lead.
            when
                kinds.least_score is not null
                and (leads.journey_key is null or leads.occurred_at > touches.occurred_at)
                then 'is_lead'
        end as failed_rule,
        touches.occurred_at
    from touches
    inner join kinds
        on
            touches.definition_version = kinds.definition_version
            and touches.kind = kinds.kind
    inner join profiles
        on
            touches.profile_key = profiles.profile_key
            and touches.definition_version = profiles.definition_version
            and kinds.stage = profiles.stage
    left join leads
        on
            touches.evaluation = leads.evaluation
            and touches.journey_key = leads.journey_key

)

select * from int_touch_results_evaluated
