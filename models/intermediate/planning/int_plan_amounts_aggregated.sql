{# Grain: one row per funnel, lead group and sample. Recent leads, and the logarithms of what wins
   were worth and of the amounts of opportunities that are not won (open or lost). #}
with

journeys as (select * from {{ ref('fct_journeys') }}),

samples as ({{ plan_samples() }}),

journey_amounts as (

    select
        funnel,
        {{ plan_lead_group() }} as lead_group,
        {{ sample_part('journey_key') }} as sample_part,
        case
            when
                won_amount > 0
                and {{ week_number('win_at') }} between {{ plan_first_week() }} and -1
                then ln({{ as_double('won_amount') }})
        end as log_won,
        case
            when
                not has_win
                and opportunity_amount > 0
                and {{ week_number('opportunity_at') }} between {{ plan_first_week() }} and -1
                then ln({{ as_double('opportunity_amount') }})
        end as log_unwon,
        case
            when {{ week_number('lead_at') }} between -{{ int_var('planning_recent_weeks') }} and -1
                then 1
            else 0
        end as recent_lead
    from journeys

),

part_sums as (

    select
        funnel,
        lead_group,
        sample_part,
        count(log_won) as win_count,
        coalesce({{ exact_sum('log_won', 12) }}, 0) as win_sum,
        coalesce({{ exact_sum('log_won * log_won', 12) }}, 0) as win_squares,
        count(log_unwon) as unwon_count,
        coalesce({{ exact_sum('log_unwon', 12) }}, 0) as unwon_sum,
        coalesce({{ exact_sum('log_unwon * log_unwon', 12) }}, 0) as unwon_squares,
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
        {{ exact_sum('parts.win_sum', 12) }} as win_sum,
        {{ exact_sum('parts.win_squares', 12) }} as win_squares,
        cast(sum(parts.unwon_count) as bigint) as unwon_count,
        {{ exact_sum('parts.unwon_sum', 12) }} as unwon_sum,
        {{ exact_sum('parts.unwon_squares', 12) }} as unwon_squares,
        cast(sum(parts.lead_count) as bigint) as lead_count
    from part_sums as parts
    inner join samples on parts.sample_part != samples.number
    group by parts.funnel, parts.lead_group, samples.number

),

int_plan_amounts_aggregated as (

    select
        funnel,
        lead_group,
        sample_number,
        lead_count,
        win_count,
        win_sum,
        win_squares - power(win_sum, 2) / greatest(win_count, 1) as win_deviations,
        unwon_count,
        unwon_sum / nullif(unwon_count, 0) as unwon_mean,
        case
            when unwon_count > 1
                then
                    greatest(unwon_squares - power(unwon_sum, 2) / unwon_count, 0)
                    / (unwon_count - 1)
        end as unwon_variance
    from sample_sums

)

select * from int_plan_amounts_aggregated
