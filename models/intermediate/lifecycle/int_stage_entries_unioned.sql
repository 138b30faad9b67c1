{# Grain: one row each time a journey enters a stage: its first entries, then every further
   opportunity, return and exit. #}
with

evidence as (select * from {{ ref('int_stage_evidence_unioned') }}),

first_entries as (select * from {{ ref('int_stage_entries_completed') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

awareness_stages as (select stage from stages where planning_node = 'awareness'),

lead_entries as (

    select
        first_entries.journey_key,
        first_entries.stage,
        first_entries.entered_at
    from first_entries
    inner join stages on first_entries.stage = stages.stage
    where stages.planning_node = 'lead'

),

further_entries as (

    -- Of the evidence that is not a first entry: every opportunity, return and exit.
    select
        evidence.journey_key,
        -- A recycled person is back with marketing: as a lead, or before that if never a lead.
        case
            when not evidence.is_recycling then evidence.stage
            when lead_entries.entered_at <= evidence.occurred_at then lead_entries.stage
            else awareness_stages.stage
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
    cross join awareness_stages
    left join first_entries
        on
            evidence.journey_key = first_entries.journey_key
            and evidence.stage = first_entries.stage
            and evidence.evidence_key = first_entries.evidence_key
            and {{ or_end('evidence.occurred_at') }} = {{ or_end('first_entries.entered_at') }}
    left join lead_entries on evidence.journey_key = lead_entries.journey_key
    where
        first_entries.journey_key is null
        and evidence.evidence_kind in ('opportunity', 'stage_claim')

),

int_stage_entries_unioned as (

    select
        first_entries.journey_key,
        first_entries.stage,
        first_entries.entered_at,
        first_entries.evidence_key is null as is_inferred,
        evidence.evidence_kind,
        evidence.evidence_system,
        first_entries.evidence_key,
        evidence.opportunity_key,
        evidence.exit_reason,
        evidence.amount,
        evidence.definition_version
    from first_entries
    left join evidence
        on
            first_entries.journey_key = evidence.journey_key
            and first_entries.stage = evidence.stage
            and first_entries.evidence_key = evidence.evidence_key
            and {{ or_end('first_entries.entered_at') }} = {{ or_end('evidence.occurred_at') }}
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
    from further_entries

)

select * from int_stage_entries_unioned
