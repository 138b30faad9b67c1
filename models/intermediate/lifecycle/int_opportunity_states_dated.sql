{# Grain: one row each time an opportunity became open, won or lost, as its history shows. A state
   that is written again is the same state: it began with the first of those rows. A state that
   another one of the same moment replaced is none. #}
with

opportunity_changes as ({{ usable_rows(ref('int_opportunity_changes_rows_checked')) }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

changed_states as (

    select
        opportunity_changes.opportunity_key,
        opportunity_changes.changed_at,
        opportunity_changes.tie_number,
        opportunity_changes.source_key,
        case stages.entered_by
            when 'opportunity_won' then 'won'
            when 'opportunity_lost' then 'lost'
            else 'open'
        end as outcome
    from opportunity_changes
    inner join stages on opportunity_changes.stage = stages.stage

),

states_with_next as (

    select
        *,
        lead(changed_at) over (
            partition by opportunity_key order by changed_at, tie_number, source_key
        ) as next_changed_at
    from changed_states

),

states_with_previous as (

    select
        *,
        lag(outcome) over (
            partition by opportunity_key order by changed_at, tie_number, source_key
        ) as previous_outcome
    from states_with_next
    where changed_at < {{ or_end('next_changed_at') }}

),

int_opportunity_states_dated as (

    select
        opportunity_key,
        outcome,
        previous_outcome,
        row_number() over (
            partition by opportunity_key
            order by changed_at desc, tie_number desc, source_key desc
        ) = 1 as is_last,
        changed_at as entered_at
    from states_with_previous
    where outcome is distinct from previous_outcome

)

select * from int_opportunity_states_dated
