{# Grain: one row a version, journey and stage on which that version and what is in force
   disagree, with the rule that decides it: what the touch that met the stage on one evaluation lacks
   on the other. #}
with

judged as (select * from {{ ref('int_qualifications_evaluated') }}),

touches as (select * from {{ ref('int_touches_scored') }}),

kinds as (select * from {{ ref('int_touch_criteria_listed') }}),

profiles as (select * from {{ ref('int_profile_stages_evaluated') }}),

evaluations as (select distinct evaluation from {{ ref('int_definition_versions_dated') }} where evaluation != 'in_force'),

pairs as (

    -- Each version against what is in force, both ways.
    select
        evaluation,
        'in_force' as met_under,
        evaluation as not_met_under,
        'leaves' as change
    from evaluations
    union all
    select
        evaluation,
        evaluation as met_under,
        'in_force' as not_met_under,
        'enters' as change
    from evaluations

),

movers as (

    select
        pairs.evaluation,
        pairs.not_met_under,
        pairs.change,
        judged.journey_key,
        judged.person_key,
        judged.stage,
        judged.touch_key
    from pairs
    inner join judged on pairs.met_under = judged.evaluation
    left join judged as others
        on
            pairs.not_met_under = others.evaluation
            and judged.journey_key = others.journey_key
            and judged.stage = others.stage
    where others.journey_key is null

),

int_definition_changes_attributed as (

    select
        movers.evaluation,
        movers.journey_key,
        movers.person_key,
        movers.stage,
        movers.change,
        case
            when kinds.kind is null then 'no such stage'
            when not profiles.is_passed then profiles.failed_rule
            when not kinds.is_evidence then 'evidence'
            when not kinds.is_candidate or touches.score < kinds.least_score then 'score'
            else 'is_lead'
        end as rule
    from movers
    left join touches
        on
            movers.not_met_under = touches.evaluation
            and movers.touch_key = touches.touch_key
    left join kinds
        on
            touches.definition_version = kinds.definition_version
            and movers.stage = kinds.stage
            and touches.kind = kinds.kind
    left join profiles
        on
            touches.profile_key = profiles.profile_key
            and touches.definition_version = profiles.definition_version
            and movers.stage = profiles.stage

)

select * from int_definition_changes_attributed
