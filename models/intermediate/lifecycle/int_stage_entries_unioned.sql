{# Grain: one row each time a journey enters a stage: first entries up the ladder, then every
   further deal, return and exit. #}
with

evidence as (select * from {{ ref('int_stage_evidence_unioned') }}),

climbed as (select * from {{ ref('int_stage_entries_completed') }}),

leads as (select * from climbed where stage = 'lead'),

told as (

    -- The evidence that no rung stands on and that still is an entry: every deal's, every return,
    -- every exit.
    select
        evidence.journey_key,
        -- Who is recycled is marketing's again: a lead, or not even that if they never were one.
        case
            when evidence.stage != 'recycled' then evidence.stage
            when leads.entered_at <= evidence.occurred_at then 'lead'
            else 'awareness'
        end as stage,
        evidence.occurred_at as entered_at,
        evidence.evidence_key,
        evidence.evidence_kind,
        evidence.evidence_system,
        evidence.opportunity_key,
        evidence.exit_reason,
        evidence.amount,
        evidence.definition_version
    from evidence
    left join climbed
        on
            evidence.journey_key = climbed.journey_key
            and evidence.stage = climbed.stage
            and evidence.evidence_key = climbed.evidence_key
            and {{ or_end('evidence.occurred_at') }} = {{ or_end('climbed.entered_at') }}
    left join leads on evidence.journey_key = leads.journey_key
    where
        climbed.journey_key is null
        and (evidence.evidence_kind in ('opportunity', 'stage claim'))

),

int_stage_entries_unioned as (

    select
        climbed.journey_key,
        climbed.stage,
        climbed.entered_at,
        climbed.evidence_key is null as is_inferred,
        evidence.evidence_kind,
        evidence.evidence_system,
        climbed.evidence_key,
        evidence.opportunity_key,
        evidence.exit_reason,
        evidence.amount,
        evidence.definition_version
    from climbed
    left join evidence
        on
            climbed.journey_key = evidence.journey_key
            and climbed.stage = evidence.stage
            and climbed.evidence_key = evidence.evidence_key
            and {{ or_end('climbed.entered_at') }} = {{ or_end('evidence.occurred_at') }}
    union all
    select
        journey_key,
        stage,
        entered_at,
        false as is_inferred,
        evidence_kind,
        evidence_system,
        evidence_key,
        opportunity_key,
        exit_reason,
        amount,
        definition_version
    from told

)

select * from int_stage_entries_unioned
