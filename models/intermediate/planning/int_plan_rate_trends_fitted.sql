{# Grain: one row a funnel, step and way in which its rate may have moved: a trend, or one jump. #}
with

outcomes as (

    -- Where a few are expected, chance says more than any move.
    select * from {{ ref('int_plan_rate_residuals_measured') }} where expected_volume >= 5

),

totals as (

    select
        funnel,
        step,
        count(*) as block_count,
        max(block_number) as oldest_block,
        {{ exact_sum('expected_volume', 12) }} as expected_volume,
        {{ as_double('sum(advanced_count)') }} as advanced_volume,
        {{ exact_sum('1.0 * advanced_count * advanced_count / expected_volume', 12) }}
            as square_volume
    from outcomes
    group by funnel, step
    having count(*) >= 4 and sum(advanced_count) > 0

),

placed as (

    -- A jump lies behind the four weeks up to its own; behind the oldest lies nothing, so that
    -- these stand for the trend.
    select
        ways.funnel,
        ways.step,
        ways.block_number as jump_block,
        ways.block_number = totals.oldest_block as is_trend,
        outcomes.expected_volume,
        outcomes.advanced_count,
        case
            when ways.block_number = totals.oldest_block then outcomes.years
            when outcomes.block_number <= ways.block_number then 1
            else 0
        end as place
    from outcomes as ways
    inner join totals on {{ same('ways', 'totals', ['funnel', 'step']) }}
    inner join outcomes on {{ same('ways', 'outcomes', ['funnel', 'step']) }}

),

summed as (

    select
        funnel,
        step,
        jump_block,
        is_trend,
        {{ exact_sum('expected_volume * place', 12) }} as place_sum,
        {{ exact_sum('expected_volume * place * place', 12) }} as square_sum,
        {{ exact_sum('advanced_count * place', 12) }} as advanced_sum
    from placed
    group by funnel, step, jump_block, is_trend

),

sized as (

    -- By how much the rate has moved, if so: least squares, each four weeks as far as it is sure.
    select
        summed.funnel,
        summed.step,
        summed.jump_block,
        summed.is_trend,
        totals.block_count,
        totals.square_volume * totals.expected_volume / totals.advanced_volume
        - totals.advanced_volume as square_volume,
        summed.place_sum / totals.expected_volume as mean_place,
        totals.advanced_volume / totals.expected_volume
        * (summed.square_sum - power(summed.place_sum, 2) / totals.expected_volume) as spread,
        summed.advanced_sum
        - totals.advanced_volume / totals.expected_volume * summed.place_sum as tilt
    from summed
    inner join totals on {{ same('summed', 'totals', ['funnel', 'step']) }}

),

judged as (

    -- Even the way that fits best may leave the four weeks straying more than by chance.
    select
        *,
        tilt / spread as move,
        greatest(
            (square_volume - max(tilt * tilt / spread) over (partition by funnel, step))
            / (block_count - 2), 1
        ) / spread as variance,
        power({{ decimal_var('planning_usual_move') }}, 2) as usual_variance
    from sized

),

int_plan_rate_trends_fitted as (

    -- Half of the belief before the data is the trend's; the jumps share the other half.
    select
        funnel,
        step,
        jump_block,
        is_trend,
        mean_place,
        usual_variance / (usual_variance + variance) * move as move,
        usual_variance / (usual_variance + variance) * variance as move_variance,
        ln(case when is_trend then 0.5 else 0.5 / (block_count - 1) end)
        + 0.5 * ln(variance / (usual_variance + variance))
        + 0.5 * power(move, 2) / variance * usual_variance / (usual_variance + variance)
            as log_odds
    from judged

)

select * from int_plan_rate_trends_fitted
