{# Grain: one row per funnel, node and first of four weeks ahead. How far plans were from what
   happened, and how often their intervals covered it. #}
with

actuals as (

    select
        *,
        cast(4 * floor(weeks_ahead / 4.0) as bigint) as from_weeks_ahead
    from {{ ref('plan_actuals') }}

),

plan_accuracy as (

    select
        funnel,
        node,
        from_weeks_ahead as weeks_ahead,
        count(*) as plan_count,
        {{ exact_sum('planned_volume') }} as planned_volume,
        cast(sum(actual_count) as bigint) as actual_count,
        {{ exact_sum('error_volume') }} / nullif({{ exact_sum('planned_volume') }}, 0) as bias,
        {{ exact_sum('abs(error_volume)') }} / nullif({{ exact_sum('planned_volume') }}, 0)
            as relative_error,
        {{ as_double('avg(case when is_in_80_interval then 1.0 else 0.0 end)') }}
            as coverage_80_rate,
        {{ as_double('avg(case when is_in_95_interval then 1.0 else 0.0 end)') }}
            as coverage_95_rate
    from actuals
    group by funnel, node, from_weeks_ahead

)

select * from plan_accuracy
