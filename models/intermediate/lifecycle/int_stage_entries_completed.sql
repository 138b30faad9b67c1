{# Grain: one row a journey and stage of the ladder up to the highest it reached: its first entry,
   skipped stages filled in. #}
with

evidence as (select * from {{ ref('int_stage_evidence_unioned') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

ladder as (select * from stages where not is_exit),

first_evidence as (

    select
        evidence.journey_key,
        ladder.stage,
        ladder.stage_order,
        min(evidence.occurred_at) as occurred_at,
        {{ first_by(
            'evidence.evidence_key',
            "row(" ~ or_end("evidence.occurred_at") ~ ", evidence.evidence_key)"
        ) }} as evidence_key
    from evidence
    inner join ladder on evidence.stage = ladder.stage
    group by evidence.journey_key, ladder.stage, ladder.stage_order

),

reached as (

    select
        journey_key,
        max(stage_order) as last_order
    from first_evidence
    group by journey_key

),

rungs as (

    select
        reached.journey_key,
        ladder.stage,
        ladder.stage_order,
        first_evidence.evidence_key,
        first_evidence.occurred_at,
        first_evidence.journey_key is not null as is_evidenced,
        min(first_evidence.occurred_at) over (
            partition by reached.journey_key
            order by ladder.stage_order desc
            rows between unbounded preceding and 1 preceding
        ) as later_at,
        min(case when first_evidence.journey_key is not null then ladder.stage_order end) over (
            partition by reached.journey_key
            order by ladder.stage_order desc
            rows between unbounded preceding and 1 preceding
        ) as next_order
    from reached
    inner join ladder on reached.last_order >= ladder.stage_order
    left join first_evidence
        on
            reached.journey_key = first_evidence.journey_key
            and ladder.stage = first_evidence.stage

),

int_stage_entries_completed as (

    -- A stage without evidence, or with evidence only after a later stage's, was skipped: it is
    -- entered with the next one.
    select
        rungs.journey_key,
        rungs.stage,
        case
            when rungs.is_evidenced and rungs.occurred_at is null then null
            when rungs.is_evidenced
                then least(rungs.occurred_at, coalesce(rungs.later_at, rungs.occurred_at))
            when next_rung.occurred_at is null then null
            else least(next_rung.occurred_at, coalesce(next_rung.later_at, next_rung.occurred_at))
        end as entered_at,
        case
            when rungs.is_evidenced and rungs.occurred_at is null then rungs.evidence_key
            when
                rungs.is_evidenced
                and rungs.occurred_at <= coalesce(rungs.later_at, rungs.occurred_at)
                then rungs.evidence_key
        end as evidence_key
    from rungs
    left join rungs as next_rung
        on
            rungs.journey_key = next_rung.journey_key
            and rungs.next_order = next_rung.stage_order

)

select * from int_stage_entries_completed
