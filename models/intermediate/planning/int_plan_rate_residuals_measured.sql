{# Grain: one row per funnel, from_node and complete block of four weeks. How many journeys moved
   on, and how many were expected to by the life tables of the whole history. #}
{%- set block_weeks = 4 -%}
with

transitions as (

    select * from {{ ref('int_plan_transitions_counted') }} where from_node != 'awareness'

),

life_tables as (

    select * from {{ ref('int_plan_life_tables_estimated') }}
    where from_node != 'awareness' and sample_number = 0

),

block_numbers as (

    {{ whole_numbers(1, (int_var('planning_history_weeks') | int) // block_weeks) }}

),

blocks as (

    -- Block 1 is the last one before the cutoff.
    select
        number as block_number,
        -{{ block_weeks }} * number as first_week,
        -{{ block_weeks }} * number + {{ block_weeks - 1 }} as last_week
    from block_numbers
    where -{{ block_weeks }} * number >= {{ plan_first_week() }}

),

entry_counts as (

    select
        funnel,
        lead_group,
        from_node,
        entered_week_number,
        sum(journey_count) as journey_count
    from transitions
    group by funnel, lead_group, from_node, entered_week_number

),

expected_moves as (

    -- The journeys entered so far, times the probability to move on during the block.
    select
        entry_counts.funnel,
        entry_counts.from_node,
        blocks.block_number,
        sum(
            entry_counts.journey_count
            * (until_end.cumulative_advance_rate - coalesce(until_start.cumulative_advance_rate, 0))
        ) as expected_count
    from entry_counts
    inner join blocks on entry_counts.entered_week_number <= blocks.last_week
    inner join life_tables as until_end
        on
            entry_counts.funnel = until_end.funnel
            and entry_counts.lead_group = until_end.lead_group
            and entry_counts.from_node = until_end.from_node
            and blocks.last_week - entry_counts.entered_week_number = until_end.waited_weeks
    left join life_tables as until_start
        on
            entry_counts.funnel = until_start.funnel
            and entry_counts.lead_group = until_start.lead_group
            and entry_counts.from_node = until_start.from_node
            and blocks.first_week - 1 - entry_counts.entered_week_number
            = until_start.waited_weeks
    group by entry_counts.funnel, entry_counts.from_node, blocks.block_number

),

actual_moves as (

    select
        transitions.funnel,
        transitions.from_node,
        blocks.block_number,
        sum(transitions.journey_count) as advanced_count
    from transitions
    inner join blocks
        on
            transitions.entered_week_number + transitions.waited_weeks >= blocks.first_week
            and transitions.entered_week_number + transitions.waited_weeks <= blocks.last_week
    where transitions.result = 'advanced'
    group by transitions.funnel, transitions.from_node, blocks.block_number

),

int_plan_rate_residuals_measured as (

    select
        expected_moves.funnel,
        expected_moves.from_node,
        expected_moves.block_number,
        {{ stable_double('expected_moves.expected_count', 9) }} as expected_volume,
        cast(coalesce(actual_moves.advanced_count, 0) as bigint) as advanced_count,
        {{ as_double(block_weeks ~ ' * (0.5 - expected_moves.block_number)') }} / 52
            as midpoint_years
    from expected_moves
    left join actual_moves
        on
            expected_moves.funnel = actual_moves.funnel
            and expected_moves.from_node = actual_moves.from_node
            and expected_moves.block_number = actual_moves.block_number

)

select * from int_plan_rate_residuals_measured
