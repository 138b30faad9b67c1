{# Grain: one row a funnel, segment and sample: how many leads it brings lately, and what its
   wins are worth. #}
{%- set together = 'partition by funnel, sample_number' -%}
with

amounts as (select * from {{ ref('int_plan_amounts_aggregated') }}),

pooled as (

    select
        *,
        {{ exact_sum('win_log_sum', 12, over=together) }}
        / nullif(sum(win_count) over ({{ together }}), 0) as pool_mean,
        {{ exact_sum('win_log_squares', 12, over=together) }}
        / greatest(sum(greatest(win_count - 1, 0)) over ({{ together }}), 1) as pool_variance,
        {{ as_double('lead_count') }}
        / nullif(sum(lead_count) over ({{ together }}), 0) as mix_share
    from amounts

),

spread as (

    -- Prices are lognormal; the spread of a segment with few wins takes after its funnel's.
    select
        *,
        (win_log_squares + {{ int_var('planning_prior_wins') }} * pool_variance)
        / (greatest(win_count - 1, 0) + {{ int_var('planning_prior_wins') }}) as log_variance
    from pooled

),

beside as (

    -- What wins were worth beside what others hoped for, and how well that is known.
    select
        *,
        win_log_sum / nullif(win_count, 0) - hope_log_mean as gap,
        1 / nullif(
            log_variance / nullif(win_count, 0) + hope_log_variance / hope_count, 0
        ) as gap_weight
    from spread

),

summed as (

    select
        *,
        {{ exact_sum('gap_weight', 9, over=together) }} as weights,
        {{ exact_sum('gap_weight * gap', 9, over=together) }} as weighted_gaps,
        {{ exact_sum('gap_weight * gap * gap', 9, over=together) }} as weighted_squares,
        {{ exact_sum('gap_weight * gap_weight', 9, over=together) }} as squared_weights,
        count(gap_weight) over ({{ together }}) as gap_count
    from beside

),

compared as (

    -- How far segments truly differ in it (DerSimonian and Laird).
    select
        *,
        weighted_gaps / weights as usual_gap,
        (weighted_squares - power(weighted_gaps, 2) / weights - (gap_count - 1))
        / nullif(weights - squared_weights / weights, 0) as gap_variance
    from summed

),

told as (

    -- The hopes of a segment tell its price as well as so many wins do.
    select
        *,
        coalesce(case when usual_gap is not null then log_variance end / (
            greatest(
                power({{ decimal_var('planning_usual_gap') }}, 2),
                coalesce(max(case when sample_number = 0 then gap_variance end) over (
                    partition by funnel
                ), 0)
            )
            + hope_log_variance / hope_count
        ), 0) as hope_wins
    from compared

),

shrunk as (

    select
        *,
        (
            win_log_sum
            + coalesce(hope_wins * (hope_log_mean + usual_gap), 0)
            + 0.25 * pool_mean
        ) / (win_count + hope_wins + 0.25) as log_mean
    from told

),

int_plan_prices_estimated as (

    select
        funnel,
        segment,
        sample_number,
        win_count,
        lead_count,
        {{ as_double('lead_count') }} / {{ int_var('planning_recent_weeks') }} as weekly_leads,
        mix_share,
        -- As likely too high as too low, so that the leads it asks for are as likely too few as too
        -- many. (A price right in the mean would ask for too many.)
        exp(log_mean + log_variance / 2) as mean_price,
        exp(2 * log_mean + 2 * log_variance) as mean_square_price
    from shrunk

)

select * from int_plan_prices_estimated
