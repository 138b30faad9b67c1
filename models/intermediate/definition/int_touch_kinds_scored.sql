{# Grain: one row per version, stage and kind of touch: what a touch of this kind counts for the
   stage. #}
with

rules as (select * from {{ ref('int_required_rules_listed') }}),

scores as (select * from {{ ref('lead_definition_scores') }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

stage_requirements as (

    select
        definition_version,
        stage,
        max(case when attribute = 'evidence' then value end) as evidence,
        max(case when attribute = 'score' then cast(value as bigint) end) as least_score,
        bool_or(is_lead_stage) as is_lead_stage
    from rules
    group by definition_version, stage

),

touch_kinds as (

    select
        stage_requirements.definition_version,
        stage_requirements.stage,
        kinds.kind,
        stage_requirements.least_score,
        coalesce(scores.points, 0) as points,
        stage_requirements.evidence is null
        or {{ has_word('stage_requirements.evidence', 'kinds.kind') }} as is_evidence,
        stage_requirements.is_lead_stage
    from stage_requirements
    cross join kinds
    left join scores
        on
            stage_requirements.definition_version = scores.definition_version
            and kinds.kind = scores.kind

),

int_touch_kinds_scored as (

    select
        definition_version,
        stage,
        kind,
        least_score,
        points,
        is_evidence,
        -- A touch without points cannot be the one at which the score is reached.
        is_evidence and (least_score is null or points > 0) as is_candidate,
        is_lead_stage
    from touch_kinds

)

select * from int_touch_kinds_scored
