{# Grain: one row each time a lead or customer enters a stage. #}
with

entries as (select * from {{ ref('int_stage_entries_unioned') }}),

journeys as (select * from {{ ref('int_journeys_described') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

placed as (

    -- An entry without a date stands before the next stage that has one.
    select
        entries.*,
        stages.stage_order,
        stages.owner_team,
        stages.is_exit,
        coalesce(
            entries.entered_at,
            min(case when not stages.is_exit then entries.entered_at end) over (
                partition by entries.journey_key
                order by stages.stage_order
                rows between 1 following and unbounded following
            ),
            max(entries.entered_at) over (partition by entries.journey_key)
        ) as placed_at
    from entries
    inner join stages on entries.stage = stages.stage

),

sequenced as (

    select
        *,
        row_number() over (partition by journey_key order by {{ entry_order() }}) as entry_number,
        row_number() over (partition by journey_key, stage order by {{ entry_order() }})
            as visit_number,
        lead(stage) over (partition by journey_key order by {{ entry_order() }}) as next_stage,
        lead(stage_order) over (partition by journey_key order by {{ entry_order() }})
            as next_stage_order,
        lead(is_exit) over (partition by journey_key order by {{ entry_order() }}) as is_next_exit,
        lead(entered_at) over (partition by journey_key order by {{ entry_order() }}) as left_at
    from placed

),

fct_lifecycle as (

    select
        {{ key_of(['sequenced.journey_key', 'sequenced.entry_number']) }} as lifecycle_key,
        sequenced.journey_key,
        journeys.person_key,
        journeys.account_key,
        sequenced.opportunity_key,
        journeys.owner_key,
        sequenced.evidence_key,
        journeys.funnel,
        sequenced.stage,
        sequenced.owner_team,
        sequenced.next_stage,
        case
            when sequenced.is_exit then 'exited'
            when sequenced.next_stage is null then 'open'
            when sequenced.is_next_exit then 'exited'
            when sequenced.next_stage_order > sequenced.stage_order then 'advanced'
            else 'returned'
        end as outcome,
        sequenced.exit_reason,
        sequenced.evidence_kind,
        sequenced.evidence_system,
        sequenced.definition_version,
        journeys.first_channel,
        journeys.last_channel,
        sequenced.entry_number,
        sequenced.visit_number,
        sequenced.amount,
        {{ days_between('sequenced.entered_at', 'sequenced.left_at') }} as stage_days,
        sequenced.is_inferred,
        sequenced.next_stage is null as is_current,
        sequenced.entered_at,
        sequenced.left_at
    from sequenced
    inner join journeys on sequenced.journey_key = journeys.journey_key

)

select * from fct_lifecycle
