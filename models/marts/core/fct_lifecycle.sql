{{ config(**keeps_rows('journey_key', 'int_journey_changes_checked')) }}
{# Grain: one row each time a journey enters a stage. The fact that all counts of leads and
   customers are made from. #}
with

entries as (

    select * from {{ ref('int_stage_entries_completed') }}
    {{ where_changed('journey_key', 'int_journey_changes_checked') }}

),

journeys as (

    select * from {{ ref('int_journeys_described') }}
    {{ where_changed('journey_key', 'int_journey_changes_checked') }}

),

stages as (

    select
        *,
        max(case when planning_node = 'win' then stage_order end) over () as win_order
    from {{ ref('lifecycle_stages') }}

),

qualifications as (

    select * from {{ ref('int_qualifications_evaluated') }} where evaluation = 'in_force'

),

stage_entries as (

    -- An entry without a date is sorted before the next stage that has one, and an event after the
    -- win directly after it.
    select
        entries.*,
        stages.stage_order,
        stages.owner_team,
        stages.entered_by,
        stages.is_exit,
        stages.win_order,
        coalesce(stages.stage_order > stages.win_order, false) as is_after_win,
        coalesce(
            entries.entered_at,
            case
                when stages.stage_order > stages.win_order
                    then min(case when stages.planning_node = 'win' then entries.entered_at end)
                        over (partition by entries.journey_key)
            end,
            min(case when not stages.is_exit then entries.entered_at end) over (
                partition by entries.journey_key
                order by stages.stage_order
                rows between 1 following and unbounded following
            ),
            max(entries.entered_at) over (partition by entries.journey_key)
        ) as sorted_at
    from entries
    inner join stages on entries.stage = stages.stage

),

ordered_entries as (

    -- By time; at one time by the order of the stages, exits last.
    select
        *,
        row_number() over (
            partition by journey_key
            order by
                sorted_at nulls last, stage_order, evidence_key nulls last, entered_at nulls first
        ) as entry_number
    from stage_entries

),

entries_with_next as (

    select
        *,
        row_number() over (partition by journey_key, stage order by entry_number)
            as stage_entry_number,
        lead(stage) over (partition by journey_key order by entry_number) as next_stage,
        lead(stage_order) over (partition by journey_key order by entry_number)
            as next_stage_order,
        lead(is_exit) over (partition by journey_key order by entry_number) as is_next_exit,
        lead(entered_at) over (partition by journey_key order by entry_number) as left_at
    from ordered_entries

),

fct_lifecycle as (

    select
        {{ key_of(['entries.journey_key', 'entries.entry_number']) }} as lifecycle_key,
        entries.journey_key,
        journeys.person_key,
        journeys.account_key,
        entries.opportunity_key,
        coalesce(journeys.latest_opportunity_owner_key, {{ no_owner_key() }})
            as latest_opportunity_owner_key,
        entries.evidence_key,
        journeys.funnel,
        entries.stage,
        entries.owner_team,
        entries.next_stage,
        case
            when entries.is_exit then 'exited'
            when entries.next_stage is null then 'open'
            when entries.is_next_exit then 'exited'
            when entries.is_after_win then 'continued'
            when entries.next_stage_order > entries.stage_order then 'advanced'
            -- Another opportunity of a customer is no step back.
            when entries.stage_order = entries.win_order then 'continued'
            else 'returned'
        end as outcome,
        entries.exit_reason,
        -- Evidence is all that a stage needs which the definition does not decide.
        case
            when entries.entered_by != 'definition' then null
            when qualifications.journey_key is null then 'bypass'
            when entries.is_inferred then 'qualified_later'
            else 'qualified'
        end as qualification,
        entries.evidence_kind,
        entries.evidence_system,
        entries.definition_version,
        journeys.first_channel,
        journeys.first_campaign,
        journeys.last_channel,
        entries.entry_number,
        entries.stage_entry_number,
        entries.amount,
        {{ days_between('entries.entered_at', 'entries.left_at') }} as stage_days,
        entries.is_inferred,
        case
            when entries.entered_by = 'definition' then qualifications.journey_key is not null
            else not entries.is_inferred
        end as is_qualified,
        entries.next_stage is null as is_current,
        entries.entered_at,
        case
            when entries.entered_by = 'definition' then qualifications.occurred_at
            when not entries.is_inferred then entries.entered_at
        end as qualified_at,
        entries.left_at
    from entries_with_next as entries
    inner join journeys on entries.journey_key = journeys.journey_key
    left join qualifications
        on
            entries.journey_key = qualifications.journey_key
            and entries.stage = qualifications.stage

)

select * from fct_lifecycle
