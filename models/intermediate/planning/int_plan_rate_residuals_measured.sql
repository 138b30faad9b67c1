{# Grain: one row a funnel, step and four weeks that are over: what happened, beside what was to
   be expected. #}
{%- set block = 4 -%}
with

counts as (select * from {{ ref('int_plan_transitions_counted') }} where step != 'awareness'),

waits as (

    select * from {{ ref('int_plan_life_tables_estimated') }}
    where step != 'awareness' and sample_number = 0

),

blocks as ({{ whole_numbers(1, (int_var('planning_history_weeks') | int) // block) }}),

entries as (

    select
        funnel,
        segment,
        step,
        entered_week_number,
        sum(journey_count) as journey_count
    from counts
    group by funnel, segment, step, entered_week_number

),

expected as (

    -- What the waits of the whole history would have given in each four weeks.
    select
        entries.funnel,
        entries.step,
        blocks.number as block_number,
        sum(
            entries.journey_count
            * (waits_to_end.advanced_rate - coalesce(waits_before.advanced_rate, 0))
        ) as expected_count
    from entries
    inner join blocks
        on
            -{{ block }} * blocks.number + {{ block - 1 }} >= entries.entered_week_number
            and -{{ block }} * blocks.number >= {{ plan_first_week() }}
    inner join waits as waits_to_end
        on
            entries.funnel = waits_to_end.funnel
            and entries.segment = waits_to_end.segment
            and entries.step = waits_to_end.step
            and -{{ block }} * blocks.number + {{ block - 1 }} - entries.entered_week_number
            = waits_to_end.waited_weeks
    left join waits as waits_before
        on
            entries.funnel = waits_before.funnel
            and entries.segment = waits_before.segment
            and entries.step = waits_before.step
            and -{{ block }} * blocks.number - 1 - entries.entered_week_number
            = waits_before.waited_weeks
    group by entries.funnel, entries.step, blocks.number

),

happened as (

    select
        funnel,
        step,
        cast(ceil(-1.0 * (entered_week_number + waited_weeks) / {{ block }}) as bigint)
            as block_number,
        sum(journey_count) as advanced_count
    from counts
    where fate = 'advanced'
    group by
        funnel, step,
        cast(ceil(-1.0 * (entered_week_number + waited_weeks) / {{ block }}) as bigint)

),

int_plan_rate_residuals_measured as (

    select
        expected.funnel,
        expected.step,
        expected.block_number,
        {{ settled('expected.expected_count', 9) }} as expected_volume,
        cast(coalesce(happened.advanced_count, 0) as bigint) as advanced_count,
        {{ as_double(block ~ ' * (0.5 - expected.block_number) / 52') }} as years
    from expected
    left join happened
        on
            expected.funnel = happened.funnel
            and expected.step = happened.step
            and expected.block_number = happened.block_number

)

select * from int_plan_rate_residuals_measured
