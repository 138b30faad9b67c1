{# Grain: one row per journey that became a lead and has ended: it was won, or it exited without a
   win. As with the win rate, open journeys are in neither part of a rate, so that no rate exceeds
   one. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

node_orders as (

    select
        max(case when planning_node = 'lead' then stage_order end) as lead_order,
        max(case when planning_node = 'win' then stage_order end) as win_order
    from stages

),

journey_results as (

    select
        lifecycle.journey_key,
        lifecycle.funnel,
        max(
            case
                when not stages.is_exit and stages.stage_order <= node_orders.win_order
                    then stages.stage_order
            end
        ) as reached_order,
        coalesce(bool_or(stages.planning_node = 'win'), false) as is_won,
        min(case when stages.planning_node = 'win' then lifecycle.entered_at end) as won_at,
        sum(case when stages.planning_node = 'win' then lifecycle.amount end) as won_amount,
        max(case when stages.is_exit and lifecycle.is_current then lifecycle.entered_at end)
            as exited_at
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    cross join node_orders
    group by lifecycle.journey_key, lifecycle.funnel

),

int_closed_journeys_selected as (

    -- A won journey stays won, whatever came after.
    select
        journey_results.journey_key,
        journey_results.funnel,
        journey_results.reached_order,
        cast(coalesce(journey_results.won_amount, 0) as decimal(18, 2)) as won_amount,
        journey_results.is_won,
        case
            when journey_results.is_won then journey_results.won_at
            else journey_results.exited_at
        end as closed_at
    from journey_results
    cross join node_orders
    where
        journey_results.reached_order >= node_orders.lead_order
        and case
            when journey_results.is_won then journey_results.won_at
            else journey_results.exited_at
        end is not null

)

select * from int_closed_journeys_selected
