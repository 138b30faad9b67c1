{# Grain: one row per funnel and from_node. How far today's conversion rate is from its history's,
   and how it goes on changing.

Candidates are a steady trend and a level shift after each block of four weeks, fitted by least
squares and weighted by how much likelier than "the rate is constant" they make the data. #}
{%- set node = 'partition by funnel, from_node' -%}
{#- With fewer expected moves per block, fewer blocks, or none moved, nothing can be said. -#}
{%- set least_expected_volume = 5 -%}
{%- set least_block_count = 4 -%}
{%- set prior_variance = 'power(' ~ decimal_var('planning_prior_rate_change') ~ ', 2)' -%}
with

residuals as (

    select * from {{ ref('int_plan_rate_residuals_measured') }}
    where expected_volume >= {{ least_expected_volume }}

),

histories as (

    select
        funnel,
        from_node,
        count(*) as block_count,
        max(block_number) as oldest_block,
        {{ exact_sum('expected_volume', 12) }} as expected_volume,
        {{ as_double('sum(advanced_count)') }} as advanced_volume,
        {{ exact_sum('1.0 * advanced_count * advanced_count / expected_volume', 12) }}
            as square_volume
    from residuals
    group by funnel, from_node
    having count(*) >= {{ least_block_count }} and sum(advanced_count) > 0

),

candidate_blocks as (

    -- A shift is placed before each block; before the oldest there is nothing to compare, so this
    -- block's candidate is the trend. `position` is what the rate is regressed on: years, or
    -- whether the block lies after the shift.
    select
        candidates.funnel,
        candidates.from_node,
        candidates.block_number as candidate_block,
        candidates.block_number = histories.oldest_block as is_trend,
        residuals.expected_volume,
        residuals.advanced_count,
        case
            when candidates.block_number = histories.oldest_block then residuals.midpoint_years
            when residuals.block_number <= candidates.block_number then 1
            else 0
        end as position
    from residuals as candidates
    inner join histories
        on candidates.funnel = histories.funnel and candidates.from_node = histories.from_node
    inner join residuals
        on candidates.funnel = residuals.funnel and candidates.from_node = residuals.from_node

),

candidate_sums as (

    select
        funnel,
        from_node,
        candidate_block,
        is_trend,
        {{ exact_sum('expected_volume * position', 12) }} as position_sum,
        {{ exact_sum('expected_volume * position * position', 12) }} as square_sum,
        {{ exact_sum('advanced_count * position', 12) }} as advanced_sum
    from candidate_blocks
    group by funnel, from_node, candidate_block, is_trend

),

candidate_slopes as (

    -- Weighted least squares: each block counts by its expected volume.
    select
        sums.funnel,
        sums.from_node,
        sums.is_trend,
        histories.block_count,
        histories.square_volume * histories.expected_volume / histories.advanced_volume
        - histories.advanced_volume as square_volume,
        sums.position_sum / histories.expected_volume as mean_position,
        histories.advanced_volume / histories.expected_volume
        * (sums.square_sum - power(sums.position_sum, 2) / histories.expected_volume)
            as position_spread,
        sums.advanced_sum
        - histories.advanced_volume / histories.expected_volume * sums.position_sum as tilt
    from candidate_sums as sums
    inner join histories
        on sums.funnel = histories.funnel and sums.from_node = histories.from_node

),

candidate_fits as (

    -- Even after the best candidate the blocks may vary more than by chance (overdispersion).
    select
        *,
        tilt / position_spread as change,
        greatest(
            (square_volume - max(tilt * tilt / position_spread) over ({{ node }}))
            / (block_count - 2), 1
        ) / position_spread as variance,
        {{ prior_variance }} as prior_variance
    from candidate_slopes

),

candidate_odds as (

    -- Before the data the trend has half of the probability, the shifts share the other half.
    select
        funnel,
        from_node,
        is_trend,
        mean_position,
        case when is_trend then 0 else 1 - mean_position end as shift_reach,
        prior_variance / (prior_variance + variance) * change as change,
        prior_variance / (prior_variance + variance) * variance as change_variance,
        ln(case when is_trend then 0.5 else 0.5 / (block_count - 1) end)
        + 0.5 * ln(variance / (prior_variance + variance))
        + 0.5 * power(change, 2) / variance * prior_variance / (prior_variance + variance)
            as log_odds
    from candidate_fits

),

candidate_weights as (

    select
        *,
        change_variance + change * change as change_square,
        max(log_odds) over ({{ node }}) as best_log_odds,
        exp(greatest(log_odds - max(log_odds) over ({{ node }}), -500)) as weight
    from candidate_odds

),

node_sums as (

    select
        funnel,
        from_node,
        max(case when is_trend then mean_position end) as mean_years,
        max(best_log_odds) as best_log_odds,
        {{ exact_sum('weight', 12) }} as weight,
        {{ exact_sum('case when is_trend then 0 else weight end', 12) }} as shift_weight,
        {{ exact_sum('case when is_trend then weight * change else 0 end', 12) }} as trend_sum,
        {{ exact_sum('weight * shift_reach * change', 12) }} as shift_sum,
        {{ exact_sum('case when is_trend then weight * change_square else 0 end', 12) }}
            as trend_square,
        {{ exact_sum('weight * shift_reach * shift_reach * change_square', 12) }} as shift_square
    from candidate_weights
    group by funnel, from_node

),

node_probabilities as (

    -- All rates of a funnel are constant or all change, equally likely before the data: where one
    -- is seen to change, changes of the others are believed sooner.
    select
        *,
        1 / (1 + exp(-least(greatest({{ exact_sum(
            'best_log_odds + ln(weight)', 12, over='partition by funnel'
        ) }}, -500), 500))) as change_probability
    from node_sums

),

int_plan_rate_trends_estimated as (

    -- Means over the candidates and "constant". A rate that has shifted, once in two years, may
    -- shift again.
    select
        funnel,
        from_node,
        {{ stable_double('change_probability', 12) }} as change_probability,
        {{ stable_double('mean_years', 12) }} as mean_years,
        {{ stable_double('change_probability * trend_sum / weight', 12) }} as yearly_trend,
        {{ stable_double('change_probability * shift_sum / weight', 12) }} as level_shift,
        {{ stable_double('greatest(change_probability * trend_square / weight
            - power(change_probability * trend_sum / weight, 2), 0)', 12) }} as trend_variance,
        {{ stable_double('greatest(change_probability * shift_square / weight
            - power(change_probability * shift_sum / weight, 2), 0)', 12) }} as shift_variance,
        {{ stable_double('0 - change_probability * trend_sum / weight
            * (change_probability * shift_sum / weight)', 12) }} as covariance,
        {{ stable_double('0.5 * (change_probability * shift_weight / weight) * '
            ~ prior_variance, 9) }} as yearly_shift_variance
    from node_probabilities

)

select * from int_plan_rate_trends_estimated
