{# Grain: one row per funnel, lead group (`all` together too) and from_node. The share that moves on
   to the next node in the end, and how long those wait. #}
with

life_tables as (select * from {{ ref('int_plan_life_tables_estimated') }}),

group_rates as (

    select
        funnel,
        lead_group,
        from_node,
        sample_number,
        sum(advanced_count) as advanced_count,
        sum(joined_count) as joined_count,
        {{ as_double('sum(joined_count)') }} as weight,
        least({{ exact_sum('advance_rate', 12) }}, 1) as advance_rate,
        7 * {{ exact_sum('waited_weeks * advance_rate', 12) }} as waited_days
    from life_tables
    group by funnel, lead_group, from_node, sample_number

),

sample_rates as (

    select
        funnel,
        lead_group,
        false as is_total,
        from_node,
        sample_number,
        advanced_count,
        joined_count,
        advance_rate,
        waited_days / nullif(advance_rate, 0) as wait_days
    from group_rates
    union all
    select
        funnel,
        'all' as lead_group,
        true as is_total,
        from_node,
        sample_number,
        sum(advanced_count) as advanced_count,
        sum(joined_count) as joined_count,
        {{ exact_sum('weight * advance_rate') }} / nullif(sum(weight), 0) as advance_rate,
        {{ exact_sum('weight * waited_days') }}
        / nullif({{ exact_sum('weight * advance_rate') }}, 0) as wait_days
    from group_rates
    group by funnel, from_node, sample_number

),

int_plan_rates_estimated as (

    select
        funnel,
        lead_group,
        is_total,
        from_node,
        cast(max(case when sample_number = 0 then advanced_count end) as bigint) as advanced_count,
        cast(max(case when sample_number = 0 then joined_count end) as bigint) as journey_count,
        max(case when sample_number = 0 then advance_rate end) as advance_rate,
        {{ sample_deviation('advance_rate', 9) }} as rate_deviation,
        max(case when sample_number = 0 then wait_days end) as wait_days,
        {{ sample_deviation('wait_days') }} as wait_deviation
    from sample_rates
    group by funnel, lead_group, is_total, from_node

)

select * from int_plan_rates_estimated
