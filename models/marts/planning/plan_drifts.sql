{# Grain: one row a funnel and step: how its rate has moved, by which what comes is corrected. #}
{%- set block = 4 -%}
with

counts as (select * from {{ ref('plan_counts') }} where step != 'awareness'),

waits as (

    select * from {{ ref('plan_waits') }}
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
    group by 1, 2, 3

),

outcomes as (

    select
        expected.funnel,
        expected.step,
        expected.expected_count,
        coalesce(happened.advanced_count, 0) as advanced_count,
        {{ block }} * (0.5 - expected.block_number) / 52.0 as years
    from expected
    left join happened
        on
            expected.funnel = happened.funnel
            and expected.step = happened.step
            and expected.block_number = happened.block_number
    where expected.expected_count >= 5

),

centred as (

    select
        *,
        sum(expected_count * years) over (partition by funnel, step)
        / sum(expected_count) over (partition by funnel, step) as mean_years,
        1.0 * sum(advanced_count) over (partition by funnel, step)
        / sum(expected_count) over (partition by funnel, step) as level
    from outcomes

),

sloped as (

    select
        *,
        greatest(sum(level * expected_count * power(years - mean_years, 2)) over (partition by funnel, step), 0.000000001) as spread,
        sum((advanced_count - level * expected_count) * (years - mean_years))
            over (partition by funnel, step)
        / greatest(sum(level * expected_count * power(years - mean_years, 2))
            over (partition by funnel, step), 0.000000001) as slope
    from centred

),

judged as (

    select
        funnel,
        step,
        max(mean_years) as mean_years,
        max(slope) as slope,
        max(spread) as spread,
        avg(level * expected_count) as mean_count,
        greatest(sum(power(advanced_count - level * expected_count * (1 + slope * (years - mean_years)), 2)
            / greatest(level * expected_count * (1 + slope * (years - mean_years)), 1)) / greatest(count(*) - 2, 1), 1) as dispersion,
        count(*) as block_count
    from sloped
    group by funnel, step

),

believed as (

    -- Two beliefs, equally likely before the data: no trend, or one of a usual size.
    select
        *,
        dispersion / spread as slope_variance,
        power({{ var('planning_usual_drift') }}, 2) as usual_variance
    from judged
    where block_count >= 3

),

weighed as (

    select *,
       usual_variance / (usual_variance + slope_variance) as shrink,
       sqrt(slope_variance / (usual_variance + slope_variance))
       * exp(least(50.0, 0.5 * slope * slope / slope_variance * usual_variance / (usual_variance + slope_variance))) as odds
    from believed

),

plan_drifts as (

    select
        funnel,
        step,
        mean_years,
        odds / (1 + odds) * shrink * slope as yearly_drift,
        odds / (1 + odds) * shrink * slope_variance
        + odds / power(1 + odds, 2) * power(shrink * slope, 2) as drift_variance,
        greatest(dispersion - 1 - sqrt(2.0 / greatest(block_count - 2, 1)), 0) / mean_count as stray_variance
    from weighed

)

select * from plan_drifts
