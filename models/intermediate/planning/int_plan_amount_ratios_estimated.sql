{# Grain: one row per funnel and sample. What the amount of an open opportunity shows: how much of
   it counts (the rest of the opportunity is worth what a win of its lead group is), and what a win
   is worth for each unit of it.

An amount counts in full if the logarithms of wins follow it, and not at all if it is the same on
every opportunity but wins differ. Where neither differs, what is assumed before the data holds.
Wins are compared in sums, so the largest decide, and leaning on the company's, which lean on "as
much as the amount". If the larger are lost more often, all are worth less. #}
{%- set sums = [
    ('opened_amount_sum', 2), ('opened_win_amount_sum', 2), ('opened_sum', 12),
    ('opened_squares', 12), ('opened_win_sum', 12), ('opened_win_squares', 12),
    ('opened_products', 12),
] -%}
{#- The company counts as this number of wins of the funnel, and what is assumed before the data as
    this number of the company's. -#}
{%- set prior_wins = 10 -%}
{%- set prior_trust = 0.8 -%}
{#- Logarithms whose variance is below this are equal but for rounding. -#}
{%- set least_variance = '1e-6' -%}
{#- How far mean logarithms of won and other opportunities differ, before the data: a variance. -#}
{%- set prior_gap_variance = 0.0225 -%}
with

amounts as (select * from {{ ref('int_plan_amounts_aggregated') }}),

group_gaps as (

    -- How far the amounts of won opportunities are above those of the lead group's others.
    select
        *,
        coalesce(
            1e0 * unwon_count * opened_win_count / nullif(unwon_count + opened_win_count, 0), 0
        ) as gap_weight,
        coalesce(opened_sum / nullif(opened_win_count, 0) - unwon_mean, 0) as gap
    from amounts

),

funnel_sums as (

    select
        funnel,
        sample_number,
        {{ as_double('sum(opened_win_count)') }} as win_count,
        {%- for column, digits in sums %}
        {{ exact_sum(column, digits) }} as {{ column }},
        {%- endfor %}
        {{ as_double('sum(unwon_count)') }} as unwon_count,
        max(unwon_variance) as unwon_variance,
        {{ exact_sum('gap_weight * gap') }} as weighted_gaps,
        {{ exact_sum('gap_weight') }} as gap_weights
    from group_gaps
    group by funnel, sample_number

),

company_sums as (

    select
        sample_number,
        {%- for column, digits in sums %}
        {{ exact_sum(column, digits) }} as {{ column }},
        {%- endfor %}
        {{ as_double('sum(win_count)') }} as win_count
    from funnel_sums
    group by sample_number

),

{%- for scope in ['company', 'funnel'] %}

{{ scope }}_deviations as (

    -- Squared deviations; wins that vary more than their amounts follow them less.
    select
        *,
        opened_win_amount_sum / nullif(opened_amount_sum, 0) as opened_ratio,
        coalesce(
            opened_products - opened_sum * opened_win_sum / nullif(win_count, 0), 0
        ) as raw_product,
        greatest(
            opened_squares - opened_sum * opened_sum / nullif(win_count, 0),
            opened_win_squares - opened_win_sum * opened_win_sum / nullif(win_count, 0),
            0
        ) as raw_spread
    from {{ scope }}_sums

),

{{ scope }}_spreads as (

    -- What is left of rounding is no deviation.
    select
        *,
        case when raw_spread < {{ least_variance }} * win_count then 0e0 else raw_product end
            as product,
        case when raw_spread < {{ least_variance }} * win_count then 0e0 else raw_spread end
            as spread
    from {{ scope }}_deviations

),
{%- endfor %}

company_ratios as (

    select
        sample_number,
        spread / nullif(win_count, 0) as usual_spread,
        (win_count * coalesce(opened_ratio, 1) + {{ prior_wins }})
        / (win_count + {{ prior_wins }}) as opened_ratio,
        (product * win_count / nullif(spread, 0) + {{ prior_wins }} * {{ prior_trust }})
        / (win_count + {{ prior_wins }}) as trust
    from company_spreads

),

funnel_ratios as (

    select
        funnels.funnel,
        funnels.sample_number,
        funnels.unwon_count / nullif(funnels.unwon_count + funnels.win_count, 0) as unwon_share,
        funnels.weighted_gaps / (
            funnels.gap_weights + coalesce(funnels.unwon_variance, 1) / {{ prior_gap_variance }}
        ) as gap,
        (
            funnels.win_count * coalesce(funnels.opened_ratio, 1)
            + {{ prior_wins }} * companies.opened_ratio
        ) / (funnels.win_count + {{ prior_wins }}) as opened_ratio,
        (funnels.product + {{ prior_wins }} * companies.usual_spread * companies.trust)
        / nullif(funnels.spread + {{ prior_wins }} * companies.usual_spread, 0) as trust
    from funnel_spreads as funnels
    inner join company_ratios as companies on funnels.sample_number = companies.sample_number

),

int_plan_amount_ratios_estimated as (

    -- All that are open are above those that will be won as far as won ones are below the others.
    select
        funnel,
        sample_number,
        greatest(least(coalesce(trust, {{ prior_trust }}), 1), 0) as amount_weight,
        opened_ratio / (1 + coalesce(unwon_share, 0) * (exp(-gap) - 1)) as amount_ratio
    from funnel_ratios

)

select * from int_plan_amount_ratios_estimated
