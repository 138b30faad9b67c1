{# Grain: one row a funnel, segment and sample: how many leads it brings lately, what its wins were
   worth, and what those hoped for who did not win, as logarithms. #}
with

journeys as (select * from {{ ref('fct_journeys') }}),

samples as ({{ plan_sample_spine() }}),

placed as (

    select
        funnel,
        {{ plan_segment() }} as segment,
        {{ sample_group() }} as sample_group,
        case
            when
                won_amount > 0
                and {{ week_number('win_at') }} between {{ plan_first_week() }} and -1
                then ln({{ as_double('won_amount') }})
        end as log_price,
        case
            when
                not has_win
                and opportunity_amount > 0
                and {{ week_number('opportunity_at') }} between {{ plan_first_week() }} and -1
                then ln({{ as_double('opportunity_amount') }})
        end as log_hope,
        case
            when {{ week_number('lead_at') }} between -{{ int_var('planning_recent_weeks') }} and -1
                then 1
            else 0
        end as is_recent
    from journeys

),

grouped as (

    select
        funnel,
        segment,
        sample_group,
        {%- for column in ['price', 'hope'] %}
        count(log_{{ column }}) as {{ column }}_count,
        coalesce({{ exact_sum('log_' ~ column, 12) }}, 0) as {{ column }}_sum,
        coalesce({{ exact_sum('log_' ~ column ~ ' * log_' ~ column, 12) }}, 0)
            as {{ column }}_squares,
        {%- endfor %}
        sum(is_recent) as lead_count
    from placed
    group by funnel, segment, sample_group

),

sampled as (

    select
        grouped.funnel,
        grouped.segment,
        samples.number as sample_number,
        {%- for column in ['price', 'hope'] %}
        cast(sum(grouped.{{ column }}_count) as bigint) as {{ column }}_count,
        {{ exact_sum('grouped.' ~ column ~ '_sum', 12) }} as {{ column }}_sum,
        {{ exact_sum('grouped.' ~ column ~ '_squares', 12) }} as {{ column }}_squares,
        {%- endfor %}
        cast(sum(grouped.lead_count) as bigint) as lead_count
    from grouped
    inner join samples on grouped.sample_group != samples.number
    group by grouped.funnel, grouped.segment, samples.number

),

int_plan_amounts_aggregated as (

    select
        funnel,
        segment,
        sample_number,
        lead_count,
        price_count as win_count,
        price_sum as win_log_sum,
        price_squares - power(price_sum, 2) / greatest(price_count, 1) as win_log_squares,
        hope_count,
        hope_sum / nullif(hope_count, 0) as hope_log_mean,
        case
            when hope_count > 1
                then
                    greatest(hope_squares - power(hope_sum, 2) / hope_count, 0) / (hope_count - 1)
        end as hope_log_variance
    from sampled

)

select * from int_plan_amounts_aggregated
