{# Grain: one row per journey and stage up to the last stage it reached: its first entry. A skipped
   stage is entered with the next one. Exits are not in it. #}
with

evidence as (select * from {{ ref('int_stage_evidence_unioned') }}),

stages as (select * from {{ ref('lifecycle_stages') }} where not is_exit),

first_evidence as (

    select
        evidence.journey_key,
        stages.stage,
        stages.stage_order,
        min(evidence.occurred_at) as occurred_at,
        {{ first_by(
            'evidence.evidence_key',
            "row(" ~ or_end("evidence.occurred_at") ~ ", evidence.evidence_key)"
        ) }} as evidence_key
    from evidence
    inner join stages on evidence.stage = stages.stage
    group by evidence.journey_key, stages.stage, stages.stage_order

),

last_stages as (

    select
        journey_key,
        max(stage_order) as stage_order
    from first_evidence
    group by journey_key

),

stages_reached as (

    -- Each stage up to the last, with the earliest evidence of a later stage, and the next stage
    -- that has evidence.
    select
        last_stages.journey_key,
        stages.stage,
        stages.stage_order,
        first_evidence.evidence_key,
        first_evidence.occurred_at,
        first_evidence.journey_key is not null as has_evidence,
        min(first_evidence.occurred_at) over later_stages as later_at,
        min(case when first_evidence.journey_key is not null then stages.stage_order end)
            over later_stages as next_evidence_order
    from last_stages
    inner join stages on last_stages.stage_order >= stages.stage_order
    left join first_evidence
        on
            last_stages.journey_key = first_evidence.journey_key
            and stages.stage = first_evidence.stage
    window later_stages as (
        partition by last_stages.journey_key
        order by stages.stage_order desc
        rows between unbounded preceding and 1 preceding
    )

),

int_stage_entries_completed as (

    -- A stage without evidence, or with evidence only after that of a later stage, was skipped: it
    -- is entered with the next one.
    select
        stages_reached.journey_key,
        stages_reached.stage,
        case
            when stages_reached.has_evidence and stages_reached.occurred_at is null then null
            when stages_reached.has_evidence
                then least(
                    stages_reached.occurred_at,
                    coalesce(stages_reached.later_at, stages_reached.occurred_at)
                )
            when next_stages.occurred_at is null then null
            else least(
                next_stages.occurred_at,
                coalesce(next_stages.later_at, next_stages.occurred_at)
            )
        end as entered_at,
        case
            when stages_reached.has_evidence and stages_reached.occurred_at is null
                then stages_reached.evidence_key
            when
                stages_reached.has_evidence
                and stages_reached.occurred_at
                <= coalesce(stages_reached.later_at, stages_reached.occurred_at)
                then stages_reached.evidence_key
        end as evidence_key
    from stages_reached
    left join stages_reached as next_stages
        on
            stages_reached.journey_key = next_stages.journey_key
            and stages_reached.next_evidence_order = next_stages.stage_order

)

select * from int_stage_entries_completed
