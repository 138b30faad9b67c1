{# Grain: one row per funnel, lead group and sample. The level of a win's price (the exponential of
   the mean logarithm), and the variance of logarithms.

Where wins are few, the level leans on the amounts of the lead group's other opportunities, open or
lost, shifted by the usual gap between wins and those, and on the levels of the funnel's other lead
groups; the variance and the usual gap lean on those of the funnel and of the company. #}
{%- set funnel_sample = 'partition by funnel, sample_number' -%}
{%- set company_sample = 'partition by sample_number' -%}
{#- Wins of the funnel that the company counts as; variance of the gap between funnels. -#}
{%- set company_wins = 4 -%}
{%- set prior_wins = int_var('planning_prior_wins') -%}
{#- Where all prices are the same: less would be rounding, and its inverse would fit no number. -#}
{%- set least_variance = '1e-6' -%}
{%- set unwon_spread =
    'greatest(coalesce(unwon_variance, log_variance), ' ~ least_variance ~ ')'
-%}
{%- set prior_gap_variance = 0.09 -%}
{#- How far levels of lead groups vary, before the data; that counts as much as one lead group. -#}
{%- set prior_level_variance = 1 -%}
with

amounts as (select * from {{ ref('int_plan_amounts_aggregated') }}),

company_wins as (

    select
        *,
        greatest(win_count - 1, 0) as free_count,
        sum(win_count) over ({{ company_sample }}) as company_win_count,
        {{ exact_sum('win_sum', 12, over=company_sample) }} as company_sum,
        {{ exact_sum(
            'win_deviations + win_sum * win_sum / greatest(win_count, 1)', 12, over=company_sample
        ) }} as company_squares
    from amounts

),

company_variances as (

    -- Where no lead group has two wins, that of all wins of the company.
    select
        *,
        sum(free_count) over ({{ funnel_sample }}) as funnel_free_count,
        {{ exact_sum('win_deviations', 12, over=funnel_sample) }} as funnel_deviations,
        coalesce(
            {{ exact_sum('win_deviations', 12, over=company_sample) }}
            / nullif(sum(free_count) over ({{ company_sample }}), 0),
            company_squares / nullif(company_win_count, 0)
            - power(company_sum / nullif(company_win_count, 0), 2),
            0
        ) as company_variance
    from company_wins

),

variances as (

    -- With few wins, the variance leans on the funnel's and the company's.
    select
        *,
        greatest(
            (
                greatest(win_deviations, 0)
                + {{ prior_wins }} * (funnel_deviations + {{ company_wins }} * company_variance)
                / (funnel_free_count + {{ company_wins }})
            ) / (free_count + {{ prior_wins }}),
            {{ least_variance }}
        ) as log_variance,
        win_sum / nullif(win_count, 0) as win_mean
    from company_variances

),

gaps as (

    -- How far wins are above the other opportunities, and how certain that is.
    select
        *,
        win_mean - unwon_mean as gap,
        {{ unwon_spread }} / nullif(unwon_count, 0) as unwon_mean_variance,
        1 / nullif(
            log_variance / nullif(win_count, 0)
            + {{ unwon_spread }} / nullif(unwon_count, 0),
            0
        ) as gap_weight,
        nullif(win_count, 0) / nullif(log_variance, 0) as level_weight
    from variances

),

gap_sums as (

    select
        *,
        {%- for value in ['gap', 'level'] %}
        {%- set number = 'gap' if value == 'gap' else 'coalesce(win_mean, 0)' %}
        {%- set weight = value ~ '_weight' %}
        nullif({{ exact_sum(weight, over=funnel_sample) }}, 0) as {{ value }}_weights,
        {{ exact_sum(weight ~ ' * ' ~ number, over=funnel_sample) }} as weighted_{{ value }}s,
        {{ exact_sum(weight ~ ' * ' ~ number ~ ' * ' ~ number, over=funnel_sample) }}
            as weighted_{{ value }}_squares,
        {{ exact_sum(weight ~ ' * ' ~ weight, over=funnel_sample) }}
            as squared_{{ value }}_weights,
        count(case when {{ weight }} > 0 then 1 end) over ({{ funnel_sample }})
            as {{ value }}_count,
        {%- endfor %}
        {{ exact_sum('gap_weight * gap', over=company_sample) }}
        / nullif({{ exact_sum('gap_weight', over=company_sample) }}, 0) as company_gap
    from gaps

),

group_spreads as (

    -- How far lead groups truly differ in gaps and levels (DerSimonian, Laird).
    select
        *,
        (coalesce(weighted_gaps, 0) + company_gap / {{ prior_gap_variance }})
        / (coalesce(gap_weights, 0) + 1e0 / {{ prior_gap_variance }}) as usual_gap,
        {%- for value in ['gap', 'level'] %}
        (
            weighted_{{ value }}_squares - power(weighted_{{ value }}s, 2) / {{ value }}_weights
            - ({{ value }}_count - 1)
        )
        / nullif({{ value }}_weights - squared_{{ value }}_weights / {{ value }}_weights, 0)
            as {{ value }}_variance,
        {%- endfor %}
        1 / (coalesce(gap_weights, 0) + 1e0 / {{ prior_gap_variance }}) as gap_mean_variance
    from gap_sums

),

funnel_spreads as (

    select
        *,
        greatest(
            -- One lead group shows no difference between lead groups.
            coalesce(max(case
                when sample_number = 0 and gap_count > 1 then gap_variance
            end) over (partition by funnel), 0),
            power({{ decimal_var('planning_prior_price_gap') }}, 2)
        ) as usual_gap_variance,
        coalesce(max(case
            when sample_number = 0 and level_variance is not null
                then
                    (
                        greatest(level_variance, 0) * (level_count - 1)
                        + {{ prior_level_variance }}
                    ) / level_count
        end) over (partition by funnel), {{ prior_level_variance }}) as usual_level_variance
    from group_spreads

),

leanings as (

    -- What other opportunities and the funnel show about the level, as a number of wins: of the
    -- funnel at least a hundredth, for groups without a win where all prices are the same.
    select
        *,
        coalesce(
            case when usual_gap is not null then log_variance end
            / nullif(usual_gap_variance + gap_mean_variance + unwon_mean_variance, 0),
            0
        ) as unwon_wins,
        greatest(log_variance / usual_level_variance, 0.01) as pool_wins
    from funnel_spreads

),

own_levels as (

    select
        *,
        win_count + unwon_wins as own_wins,
        (win_sum + coalesce(unwon_wins * (unwon_mean + usual_gap), 0))
        / nullif(win_count + unwon_wins, 0) as own_level,
        coalesce(
            1 / (usual_level_variance + log_variance / nullif(win_count + unwon_wins, 0)), 0
        ) as level_certainty
    from leanings

),

funnel_levels as (

    select
        *,
        {{ exact_sum('level_certainty * coalesce(own_level, 0)', over=funnel_sample) }}
        / nullif({{ exact_sum('level_certainty', over=funnel_sample) }}, 0) as funnel_level
    from own_levels

),

int_plan_price_levels_estimated as (

    select
        funnel,
        lead_group,
        sample_number,
        exp(
            (own_wins * coalesce(own_level, 0) + pool_wins * funnel_level) / (own_wins + pool_wins)
        ) as price_level,
        log_variance
    from funnel_levels

)

select * from int_plan_price_levels_estimated
