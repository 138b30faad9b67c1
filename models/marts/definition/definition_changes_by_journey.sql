{# Grain: one row per version or draft, journey and stage that this journey would enter or leave
   compared with the definition in force, with the rule that decides it: what the touch that meets
   the stage in one evaluation lacks in the other. #}
with

qualifications as (select * from {{ ref('int_qualifications_evaluated') }}),

touches as (select * from {{ ref('int_evaluation_touches_scored') }}),

criteria as (select * from {{ ref('int_touch_kinds_scored') }}),

profile_stages as (select * from {{ ref('int_profile_stages_evaluated') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

versions as (

    select * from {{ ref('int_evaluation_versions_dated') }} where evaluation != 'in_force'

),

comparisons as (

    -- Each version against what is in force, both ways.
    select
        evaluation,
        'in_force' as met_in_evaluation,
        evaluation as not_met_in_evaluation,
        'leaves' as effect
    from versions
    union all
    select
        evaluation,
        evaluation as met_in_evaluation,
        'in_force' as not_met_in_evaluation,
        'enters' as effect
    from versions

),

moving_journeys as (

    select
        comparisons.evaluation,
        comparisons.not_met_in_evaluation,
        comparisons.effect,
        qualifications.journey_key,
        qualifications.person_key,
        qualifications.stage,
        qualifications.touch_key
    from comparisons
    inner join qualifications on comparisons.met_in_evaluation = qualifications.evaluation
    left join qualifications as other_qualifications
        on
            comparisons.not_met_in_evaluation = other_qualifications.evaluation
            and qualifications.journey_key = other_qualifications.journey_key
            and qualifications.stage = other_qualifications.stage
    where other_qualifications.journey_key is null

),

definition_changes_by_journey as (

    select
        moving_journeys.evaluation,
        moving_journeys.journey_key,
        moving_journeys.person_key,
        moving_journeys.stage,
        moving_journeys.effect,
        case
            when criteria.kind is null then 'stage_has_no_rules'
            when not profile_stages.is_passed then profile_stages.failed_rule
            when not criteria.is_evidence then 'evidence'
            when not criteria.is_candidate or touches.score < criteria.least_score then 'score'
            else 'is_lead'
        end as rule,
        journeys.funnel,
        journeys.first_channel,
        journeys.won_amount,
        journeys.has_win as is_won,
        journeys.started_at
    from moving_journeys
    inner join journeys on moving_journeys.journey_key = journeys.journey_key
    left join touches
        on
            moving_journeys.not_met_in_evaluation = touches.evaluation
            and moving_journeys.touch_key = touches.touch_key
    left join criteria
        on
            touches.definition_version = criteria.definition_version
            and moving_journeys.stage = criteria.stage
            and touches.kind = criteria.kind
    left join profile_stages
        on
            touches.profile_key = profile_stages.profile_key
            and touches.definition_version = profile_stages.definition_version
            and moving_journeys.stage = profile_stages.stage

)

select * from definition_changes_by_journey
