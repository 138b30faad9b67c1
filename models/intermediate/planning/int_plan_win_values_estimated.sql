{# Grain: one row per funnel, lead group and sample. What a win of a lead group is worth, its recent
   leads, and its share of the funnel's recent leads; of the lead group `bypass`, recent bypasses.

Prices are lognormal. Where wins are few, the price leans on the amounts of the lead group's other
opportunities, open or lost, shifted by the usual gap between wins and those. #}
{%- set funnel_sample = 'partition by funnel, sample_number' -%}
{#- The mean of the whole funnel counts as much as a quarter of a win. -#}
{%- set pool_wins = 0.25 -%}
with

amounts as (select * from {{ ref('int_plan_amounts_aggregated') }}),

funnel_amounts as (

    select
        *,
        {{ exact_sum('win_sum', 12, over=funnel_sample) }}
        / nullif(sum(win_count) over ({{ funnel_sample }}), 0) as pool_mean,
        {{ exact_sum('win_deviations', 12, over=funnel_sample) }}
        / greatest(sum(greatest(win_count - 1, 0)) over ({{ funnel_sample }}), 1)
            as pool_variance,
        {{ as_double('lead_count') }} / nullif(sum(lead_count) over ({{ funnel_sample }}), 0)
            as mix_share,
        -- A count of a sample that leaves out a part of the journeys is lower by that part.
        case
            when sample_number between 1 and {{ plan_part_count() }}
                then {{ plan_part_count() }} / ({{ plan_part_count() }} - 1.0)
            else 1
        end as sample_scale
    from amounts

),

variances as (

    -- With few wins, the variance leans on the funnel's.
    select
        *,
        (win_deviations + {{ int_var('planning_prior_wins') }} * pool_variance)
        / (greatest(win_count - 1, 0) + {{ int_var('planning_prior_wins') }}) as log_variance
    from funnel_amounts

),

gaps as (

    -- How far wins are above the other opportunities, and how certain that is.
    select
        *,
        win_sum / nullif(win_count, 0) - unwon_mean as gap,
        1 / nullif(log_variance / nullif(win_count, 0) + unwon_variance / unwon_count, 0)
            as gap_weight
    from variances

),

gap_sums as (

    select
        *,
        {{ exact_sum('gap_weight', 9, over=funnel_sample) }} as weights,
        {{ exact_sum('gap_weight * gap', 9, over=funnel_sample) }} as weighted_gaps,
        {{ exact_sum('gap_weight * gap * gap', 9, over=funnel_sample) }} as weighted_squares,
        {{ exact_sum('gap_weight * gap_weight', 9, over=funnel_sample) }} as squared_weights,
        count(gap_weight) over ({{ funnel_sample }}) as gap_count
    from gaps

),

usual_gaps as (

    -- The mean gap of the funnel, and how far lead groups truly differ in it (DerSimonian, Laird).
    select
        *,
        weighted_gaps / weights as usual_gap,
        (weighted_squares - power(weighted_gaps, 2) / weights - (gap_count - 1))
        / nullif(weights - squared_weights / weights, 0) as gap_variance
    from gap_sums

),

unwon_weights as (

    -- The amounts of other opportunities say as much about the price as this number of wins.
    select
        *,
        coalesce(case when usual_gap is not null then log_variance end / (
            greatest(
                power({{ decimal_var('planning_prior_price_gap') }}, 2),
                coalesce(max(case when sample_number = 0 then gap_variance end) over (
                    partition by funnel
                ), 0)
            )
            + unwon_variance / unwon_count
        ), 0) as unwon_wins
    from usual_gaps

),

price_means as (

    select
        *,
        (
            win_sum
            + coalesce(unwon_wins * (unwon_mean + usual_gap), 0)
            + {{ pool_wins }} * pool_mean
        ) / (win_count + unwon_wins + {{ pool_wins }}) as log_mean
    from unwon_weights

),

int_plan_win_values_estimated as (

    -- The price is as likely too high as too low, so the leads are as likely too few as too many.
    -- (A price right in the mean would ask for too many.)
    select
        funnel,
        lead_group,
        sample_number,
        win_count,
        lead_count,
        {{ as_double('lead_count') }} / {{ int_var('planning_recent_weeks') }} as weekly_leads,
        mix_share,
        {{ as_double('bypass_prospect_count') }} / bypass_week_count * sample_scale
            as weekly_bypass_prospect,
        {{ as_double('bypass_opportunity_count') }} / bypass_week_count * sample_scale
            as weekly_bypass_opportunity,
        exp(log_mean + log_variance / 2) as mean_price,
        exp(2 * log_mean + 2 * log_variance) as mean_square_price
    from price_means

)

select * from int_plan_win_values_estimated
