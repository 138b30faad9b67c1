{{ config(**keeps_rows('journey_key', 'int_journey_changes_checked')) }}
{# Grain: one row each time a journey enters a stage: up to the win first entries, skipped stages
   filled in, then further opportunities, returns and exits; after the win every event as it is. #}
with

evidence as (

    select * from {{ ref('int_stage_evidence_unioned') }}
    {{ where_changed('journey_key', 'int_journey_changes_checked') }}

),

stages as (

    select
        *,
        stage_order > max(case when planning_node = 'win' then stage_order end) over ()
            as is_after_win
    from {{ ref('lifecycle_stages') }}

),

ordered_stages as (select * from stages where not is_exit and not is_after_win),

awareness_stages as (select stage from stages where planning_node = 'awareness'),

first_evidence as (

    select
        evidence.journey_key,
        ordered_stages.stage,
        ordered_stages.stage_order,
        min(evidence.occurred_at) as occurred_at,
        {{ first_by(
            'evidence_key', 'row(' ~ or_end('evidence.occurred_at') ~ ', evidence_key)'
        ) }} as evidence_key
    from evidence
    inner join ordered_stages on evidence.stage = ordered_stages.stage
    group by evidence.journey_key, ordered_stages.stage, ordered_stages.stage_order

),

last_stages as (

    select
        journey_key,
        max(stage_order) as stage_order
    from first_evidence
    group by journey_key

),

stages_reached as (

    -- Each stage up to the last, with the earliest evidence after it and the next stage with some.
    select
        last_stages.journey_key,
        ordered_stages.stage,
        ordered_stages.stage_order,
        ordered_stages.planning_node,
        first_evidence.evidence_key,
        first_evidence.occurred_at,
        first_evidence.journey_key is not null as has_evidence,
        min(first_evidence.occurred_at) over later_stages as later_at,
        min(case when first_evidence.journey_key is not null then ordered_stages.stage_order end)
            over later_stages as next_evidence_order
    from last_stages
    inner join ordered_stages on last_stages.stage_order >= ordered_stages.stage_order
    left join first_evidence
        on
            last_stages.journey_key = first_evidence.journey_key
            and ordered_stages.stage = first_evidence.stage
    window later_stages as (
        partition by last_stages.journey_key
        order by ordered_stages.stage_order desc
        rows between unbounded preceding and 1 preceding
    )

),

first_entries as (

    -- A stage without evidence, or with evidence only after that of a later stage, was skipped: it
    -- is entered with the next one.
    select
        stages_reached.journey_key,
        stages_reached.stage,
        stages_reached.planning_node,
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
            when
                stages_reached.has_evidence
                and coalesce(stages_reached.occurred_at <= stages_reached.later_at, true)
                then stages_reached.evidence_key
        end as evidence_key
    from stages_reached
    left join stages_reached as next_stages
        on
            stages_reached.journey_key = next_stages.journey_key
            and stages_reached.next_evidence_order = next_stages.stage_order

),

lead_entries as (select * from first_entries where planning_node = 'lead'),

win_entries as (select * from first_entries where planning_node = 'win'),

further_entries as (

    -- Of the evidence that is not a first entry: every opportunity, return and exit, and each event
    -- after the win. A label takes no customer out of the funnel.
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
    left join stages on evidence.stage = stages.stage
    left join first_entries
        on
            evidence.journey_key = first_entries.journey_key
            and evidence.stage = first_entries.stage
            and evidence.evidence_key = first_entries.evidence_key
            and {{ or_end('evidence.occurred_at') }} = {{ or_end('first_entries.entered_at') }}
    left join lead_entries on evidence.journey_key = lead_entries.journey_key
    left join win_entries on evidence.journey_key = win_entries.journey_key
    where
        first_entries.journey_key is null
        and case
            when stages.is_after_win and not stages.is_exit
                then coalesce(
                    evidence.occurred_at >= win_entries.entered_at,
                    win_entries.journey_key is not null
                )
            when evidence.evidence_kind = 'stage_claim'
                then
                    win_entries.journey_key is null
                    or evidence.occurred_at < win_entries.entered_at
            else evidence.evidence_kind in ('opportunity', 'subscription')
        end

),

int_stage_entries_completed as (

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

select * from int_stage_entries_completed
