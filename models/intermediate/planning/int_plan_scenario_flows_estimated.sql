{# Grain: one row per scenario, funnel, inflow, node, sample and week ahead. How many are expected
   to enter the node in that week under the scenario, and what wins are worth. #}
with

flows as (select * from {{ ref('int_plan_flows_estimated') }}),

prices as (select * from {{ ref('int_plan_win_values_estimated') }}),

ratios as (select * from {{ ref('int_plan_amount_ratios_estimated') }}),

effects as (select * from {{ ref('int_plan_scenario_factors_listed') }}),

nodes as (

    select
        'lead' as node,
        1 as node_order
    union all
    select
        'prospect' as node,
        2 as node_order
    union all
    select
        'opportunity' as node,
        3 as node_order
    union all
    select
        'win' as node,
        4 as node_order

),

inflows as (

    -- Where each inflow starts.
    select
        'new_leads' as inflow,
        1 as first_order
    union all
    select
        'first_lead' as inflow,
        1 as first_order
    union all
    select
        'open_lead' as inflow,
        1 as first_order
    union all
    select
        'open_prospect' as inflow,
        2 as first_order
    union all
    select
        'open_opportunity' as inflow,
        3 as first_order
    union all
    select
        'bypass_prospect' as inflow,
        2 as first_order
    union all
    select
        'bypass_opportunity' as inflow,
        3 as first_order

),

transition_effects as (

    -- The transitions that an inflow has behind it when it reaches a node.
    select
        effects.*,
        inflows.inflow,
        nodes.node,
        from_nodes.node_order < nodes.node_order as is_passed
    from effects
    inner join nodes as from_nodes on effects.from_node = from_nodes.node
    inner join inflows on from_nodes.node_order >= inflows.first_order
    inner join nodes on inflows.first_order <= nodes.node_order

),

path_effects as (

    select
        scenario,
        funnel,
        inflow,
        node,
        exp({{ exact_sum(
            'case when is_passed then ln(greatest(rate_factor, 0.000001)) else 0 end', 15
        ) }}) as rate_factor,
        {{ exact_sum('case when is_passed then added_wait_days else 0 end') }} as added_wait_days,
        max(price_factor) as price_factor,
        max(fixed_price) as fixed_price
    from transition_effects
    group by scenario, funnel, inflow, node

),

priced_flows as (

    -- `luck_variance` is how far revenue varies by the luck of single wins and their prices. Open
    -- opportunities with an amount are worth that amount, as far as it counts.
    select
        flows.funnel,
        flows.inflow,
        flows.node,
        flows.sample_number,
        flows.week_number,
        {{ exact_sum('flows.entry_volume', 12) }} as entry_volume,
        {{ exact_sum(
            '(flows.entry_volume - flows.opened_volume * ratios.amount_weight) * prices.mean_price'
            ~ ' + flows.opened_amount * ratios.amount_ratio * ratios.amount_weight'
        ) }} as expected_revenue,
        {{ exact_sum(
            '(flows.entry_volume - flows.opened_volume * ratios.amount_weight)'
            ~ ' * prices.mean_square_price'
            ~ ' + flows.opened_amount_square_sum * power(ratios.amount_ratio, 2)'
            ~ ' * ratios.amount_weight', 4
        ) }} as luck_variance
    from flows
    inner join prices
        on
            flows.funnel = prices.funnel
            and flows.lead_group = prices.lead_group
            and flows.sample_number = prices.sample_number
    inner join ratios
        on flows.funnel = ratios.funnel and flows.sample_number = ratios.sample_number
    group by flows.funnel, flows.inflow, flows.node, flows.sample_number, flows.week_number

),

scenario_flows as (

    select
        effects.scenario,
        flows.funnel,
        flows.inflow,
        flows.node,
        flows.sample_number,
        flows.entry_volume * effects.rate_factor as entry_volume,
        flows.expected_revenue * effects.rate_factor as expected_revenue,
        flows.luck_variance * effects.rate_factor as luck_variance,
        effects.price_factor,
        effects.fixed_price,
        greatest(flows.week_number + effects.added_wait_days / 7, 0) as arrival_week
    from priced_flows as flows
    inner join path_effects as effects
        on
            flows.funnel = effects.funnel
            and flows.inflow = effects.inflow
            and flows.node = effects.node

),

week_shares as (

    -- A wait that changes by days moves part of a week's arrivals into the next week.
    select
        *,
        cast(floor(arrival_week) as bigint) as week_number,
        1 - (arrival_week - floor(arrival_week)) as week_share
    from scenario_flows
    union all
    select
        *,
        cast(floor(arrival_week) as bigint) + 1 as week_number,
        arrival_week - floor(arrival_week) as week_share
    from scenario_flows

),

int_plan_scenario_flows_estimated as (

    select
        scenario,
        funnel,
        inflow,
        node,
        sample_number,
        week_number,
        {{ exact_sum('entry_volume * week_share', 12) }} as entry_volume,
        {{ exact_sum(
            'coalesce(entry_volume * fixed_price, expected_revenue * price_factor) * week_share'
        ) }} as expected_revenue,
        {{ exact_sum(
            'coalesce(
                entry_volume * power(fixed_price, 2), luck_variance * power(price_factor, 2)
            ) * week_share', 4
        ) }} as luck_variance
    from week_shares
    where week_share > 0
    group by scenario, funnel, inflow, node, sample_number, week_number

)

select * from int_plan_scenario_flows_estimated
