{# Grain: one row per funnel, lead group and sample. What a win of a lead group is worth, its recent
   leads, and its share of the funnel's recent leads; of the lead group `bypass`, recent bypasses.

A price is a lognormal curve at its level, times what the wins of the funnel were as a multiple of
that curve: so the wins themselves decide, whatever their distribution. Where they are few, that
multiple leans on the company's. #}
{%- set funnel_sample = 'partition by funnel, sample_number' -%}
{%- set company_sample = 'partition by sample_number' -%}
{#- The company counts as this number of wins of the funnel. -#}
{%- set company_wins = 4 -%}
{#- The curve counts as this number of wins of the lead group: so many show their own mean hardly
    better than the curve does. -#}
{%- set curve_wins = 100 -%}
{%- set largest_variance = '10e0' -%}
with

amounts as (select * from {{ ref('int_plan_amounts_aggregated') }}),

levels as (select * from {{ ref('int_plan_price_levels_estimated') }}),

curve_distances as (

    -- Wins (and their squares) as multiples of the level, and what the curve expects of them.
    select
        amounts.*,
        levels.price_level,
        -- Prices that lie millions apart, such as wins of 1, say nothing of a mean.
        exp(least(levels.log_variance, {{ largest_variance }}) / 2) as curve_mean,
        exp(2 * least(levels.log_variance, {{ largest_variance }})) as curve_square,
        coalesce(amounts.win_amount_sum / levels.price_level, 0) as win_mean_total,
        coalesce(amounts.win_amount_squares / power(levels.price_level, 2), 0)
            as win_square_total
    from amounts
    inner join levels
        on
            amounts.funnel = levels.funnel
            and amounts.lead_group = levels.lead_group
            and amounts.sample_number = levels.sample_number

),

funnel_distances as (

    select
        *,
        {%- for moment in ['mean', 'square'] %}
        {{ exact_sum('win_' ~ moment ~ '_total', over=funnel_sample) }}
        / nullif({{ exact_sum('win_count * curve_' ~ moment, over=funnel_sample) }}, 0)
            as funnel_{{ moment }}_ratio,
        {{ exact_sum('win_' ~ moment ~ '_total', over=company_sample) }}
        / nullif({{ exact_sum('win_count * curve_' ~ moment, over=company_sample) }}, 0)
            as company_{{ moment }}_ratio,
        {%- endfor %}
        sum(win_count) over ({{ funnel_sample }}) as funnel_win_count,
        -- A count of a sample that leaves out a part of the journeys is lower by that part.
        case
            when sample_number between 1 and {{ plan_part_count() }}
                then {{ plan_part_count() }} / ({{ plan_part_count() }} - 1e0)
            else 1
        end as sample_scale
    from curve_distances

),

usual_distances as (

    select
        *,
        (
            coalesce(funnel_win_count * funnel_mean_ratio, 0)
            + {{ company_wins }} * company_mean_ratio
        ) / (funnel_win_count + {{ company_wins }}) as usual_mean_ratio,
        (
            coalesce(funnel_win_count * funnel_square_ratio, 0)
            + {{ company_wins }} * company_square_ratio
        ) / (funnel_win_count + {{ company_wins }}) as usual_square_ratio
    from funnel_distances

),

int_plan_win_values_estimated as (

    select
        funnel,
        lead_group,
        sample_number,
        win_count,
        lead_count,
        {{ as_double('lead_count') }} / {{ int_var('planning_recent_weeks') }} as weekly_leads,
        {{ as_double('lead_count') }} / nullif(sum(lead_count) over ({{ funnel_sample }}), 0)
            as mix_share,
        {{ as_double('bypass_prospect_count') }} / bypass_week_count * sample_scale
            as weekly_bypass_prospect,
        {{ as_double('bypass_opportunity_count') }} / bypass_week_count * sample_scale
            as weekly_bypass_opportunity,
        price_level
        * (win_mean_total + {{ curve_wins }} * curve_mean * usual_mean_ratio)
        / (win_count + {{ curve_wins }}) as mean_price,
        power(price_level, 2)
        * (win_square_total + {{ curve_wins }} * curve_square * usual_square_ratio)
        / (win_count + {{ curve_wins }}) as mean_square_price
    from usual_distances

)

select * from int_plan_win_values_estimated
