{# Grain: one row per funnel, lead group and sample. Recent leads and bypasses, what wins were worth
   (amounts, their squares and logarithms), and the logarithms of the amounts of opportunities that
   are not won (open or lost). Of wins whose opportunity had an amount when it began (opened), that
   amount and what they were won for, and their logarithms. #}
{%- set opened_sums = [
    ('opened_amount_sum', 'opened_amount', 2),
    ('opened_win_amount_sum', 'opened_win_amount', 2),
    ('opened_sum', 'ln(opened_amount)', 12),
    ('opened_squares', 'ln(opened_amount) * ln(opened_amount)', 12),
    ('opened_win_sum', 'ln(opened_win_amount)', 12),
    ('opened_win_squares', 'ln(opened_win_amount) * ln(opened_win_amount)', 12),
    ('opened_products', 'ln(opened_amount) * ln(opened_win_amount)', 12),
] -%}
{%- set first_week =
    'greatest(-1 * ' ~ int_var('planning_bypass_weeks') ~ ', ' ~ plan_first_week() ~ ')'
-%}
with

journeys as (select * from {{ ref('fct_journeys') }}),

samples as ({{ plan_samples() }}),

history_weeks as (

    -- The weeks that bypasses are counted in: a young company has fewer.
    select
        funnel,
        greatest(-greatest(
            min({{ week_number(
                'coalesce(awareness_at, reached_lead_at, opportunity_at, win_at)'
            ) }}),
            {{ first_week }}
        ), 1) as week_count
    from journeys
    group by funnel

),

journey_amounts as (

    select
        funnel,
        case
            when is_bypass_prospect or is_bypass_opportunity then 'bypass'
            else {{ plan_lead_group() }}
        end as lead_group,
        {{ sample_part('journey_key') }} as sample_part,
        case
            when
                won_amount > 0
                and {{ week_number('win_at') }} between {{ plan_first_week() }} and -1
                then {{ as_double('won_amount') }}
        end as win_amount,
        case
            when
                won_amount > 0
                and opportunity_amount > 0
                and {{ week_number('win_at') }} between {{ plan_first_week() }} and -1
                then {{ as_double('opportunity_amount') }}
        end as opened_amount,
        case
            when
                won_amount > 0
                and opportunity_amount > 0
                and {{ week_number('win_at') }} between {{ plan_first_week() }} and -1
                then {{ as_double('won_amount') }}
        end as opened_win_amount,
        case
            when
                not has_win
                and opportunity_amount > 0
                and {{ week_number('opportunity_at') }} between {{ plan_first_week() }} and -1
                then ln({{ as_double('opportunity_amount') }})
        end as log_unwon,
        case
            when
                is_bypass_prospect
                and {{ week_number('qualified_prospect_at') }} between {{ first_week }} and -1
                then 1
            else 0
        end as bypass_prospect,
        case
            when
                is_bypass_opportunity
                and {{ week_number('coalesce(opportunity_at, win_at)') }}
                between {{ first_week }} and -1
                then 1
            else 0
        end as bypass_opportunity,
        0 as recent_lead
    from journeys
    union all
    select
        funnel,
        {{ plan_lead_group() }} as lead_group,
        {{ sample_part('journey_key') }} as sample_part,
        null as win_amount,
        null as opened_amount,
        null as opened_win_amount,
        null as log_unwon,
        0 as bypass_prospect,
        0 as bypass_opportunity,
        1 as recent_lead
    from journeys
    where
        {{ week_number('qualified_lead_at') }}
        between -{{ int_var('planning_recent_weeks') }} and -1

),

part_sums as (

    select
        funnel,
        lead_group,
        sample_part,
        count(win_amount) as win_count,
        coalesce({{ exact_sum('win_amount', 2) }}, 0) as win_amount_sum,
        coalesce({{ exact_sum('win_amount * win_amount', 2) }}, 0) as win_amount_squares,
        coalesce({{ exact_sum('ln(win_amount)', 12) }}, 0) as win_sum,
        coalesce({{ exact_sum('ln(win_amount) * ln(win_amount)', 12) }}, 0) as win_squares,
        count(opened_amount) as opened_win_count,
        {%- for column, number, digits in opened_sums %}
        coalesce({{ exact_sum(number, digits) }}, 0) as {{ column }},
        {%- endfor %}
        count(log_unwon) as unwon_count,
        coalesce({{ exact_sum('log_unwon', 12) }}, 0) as unwon_sum,
        coalesce({{ exact_sum('log_unwon * log_unwon', 12) }}, 0) as unwon_squares,
        sum(bypass_prospect) as bypass_prospect_count,
        sum(bypass_opportunity) as bypass_opportunity_count,
        sum(recent_lead) as lead_count
    from journey_amounts
    group by funnel, lead_group, sample_part

),

sample_sums as (

    select
        parts.funnel,
        parts.lead_group,
        samples.number as sample_number,
        cast(sum(parts.win_count) as bigint) as win_count,
        {{ exact_sum('parts.win_amount_sum', 2) }} as win_amount_sum,
        {{ exact_sum('parts.win_amount_squares', 2) }} as win_amount_squares,
        {{ exact_sum('parts.win_sum', 12) }} as win_sum,
        {{ exact_sum('parts.win_squares', 12) }} as win_squares,
        cast(sum(parts.opened_win_count) as bigint) as opened_win_count,
        {%- for column, _, digits in opened_sums %}
        {{ exact_sum('parts.' ~ column, digits) }} as {{ column }},
        {%- endfor %}
        cast(sum(parts.unwon_count) as bigint) as unwon_count,
        {{ exact_sum('parts.unwon_sum', 12) }} as unwon_sum,
        {{ exact_sum('parts.unwon_squares', 12) }} as unwon_squares,
        cast(sum(parts.bypass_prospect_count) as bigint) as bypass_prospect_count,
        cast(sum(parts.bypass_opportunity_count) as bigint) as bypass_opportunity_count,
        cast(sum(parts.lead_count) as bigint) as lead_count
    from part_sums as parts
    inner join samples on parts.sample_part != samples.number
    group by parts.funnel, parts.lead_group, samples.number

),

int_plan_amounts_aggregated as (

    select
        sums.funnel,
        sums.lead_group,
        sums.sample_number,
        sums.lead_count,
        sums.bypass_prospect_count,
        sums.bypass_opportunity_count,
        history_weeks.week_count as bypass_week_count,
        sums.win_count,
        sums.win_amount_sum,
        sums.win_amount_squares,
        sums.win_sum,
        sums.win_squares - power(sums.win_sum, 2) / greatest(sums.win_count, 1)
            as win_deviations,
        sums.opened_win_count,
        {%- for column, _, _ in opened_sums %}
        sums.{{ column }},
        {%- endfor %}
        sums.unwon_count,
        sums.unwon_sum / nullif(sums.unwon_count, 0) as unwon_mean,
        case
            when sums.unwon_count > 1
                then
                    greatest(
                        sums.unwon_squares - power(sums.unwon_sum, 2) / sums.unwon_count, 0
                    )
                    / (sums.unwon_count - 1)
        end as unwon_variance
    from sample_sums as sums
    inner join history_weeks on sums.funnel = history_weeks.funnel

)

select * from int_plan_amounts_aggregated
