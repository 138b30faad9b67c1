{# Grain: one row a version, stage and kind of touch: what such a touch counts for there. #}
with

rules as (select * from {{ ref('int_definition_rules_completed') }}),

scores as (select * from {{ ref('lead_definition_scores') }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

stages as (

    select
        definition_version,
        stage,
        max(case when attribute = 'evidence' then value end) as evidence,
        max(case when attribute = 'score' then cast(value as bigint) end) as least_score
    from rules
    group by definition_version, stage

),

asked as (

    select
        stages.definition_version,
        stages.stage,
        kinds.kind,
        stages.least_score,
        coalesce(scores.points, 0) as points,
        stages.evidence is null or {{ has_word('stages.evidence', 'kinds.kind') }} as is_evidence
    from stages
    cross join kinds
    left join scores
        on
            stages.definition_version = scores.definition_version
            and kinds.kind = scores.kind

),

int_touch_criteria_listed as (

    select
        definition_version,
        stage,
        kind,
        least_score,
        points,
        is_evidence,
        -- A touch that brings no points can't be the one at which the score is full.
        is_evidence and (least_score is null or points > 0) as is_candidate
    from asked

)

select * from int_touch_criteria_listed
