{# Grain: one row a funnel, node and how many four weeks ahead: how well promises were kept. #}
with

kept as (select * from {{ ref('plan_actuals') }}),

plan_accuracy as (

    select
        funnel,
        node,
        cast(4 * floor(weeks_ahead / 4.0) as bigint) as weeks_ahead,
        count(*) as promise_count,
        {{ exact_sum('planned_volume') }} as planned_volume,
        cast(sum(happened_count) as bigint) as happened_count,
        {{ exact_sum('error_volume') }} / nullif({{ exact_sum('planned_volume') }}, 0) as bias,
        {{ exact_sum('abs(error_volume)') }} / nullif({{ exact_sum('planned_volume') }}, 0)
            as relative_error,
        avg(case when is_in_80 then 1.0 else 0.0 end) as held_80_rate,
        avg(case when is_in_95 then 1.0 else 0.0 end) as held_95_rate
    from kept
    group by funnel, node, cast(4 * floor(weeks_ahead / 4.0) as bigint)

)

select * from plan_accuracy
