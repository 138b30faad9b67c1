{# Grain: one row per scenario, funnel and from_node. What the scenario changes there; `base`
   changes nothing. #}
with

scenarios as (select * from {{ ref('planning_scenarios') }}),

rates as (

    select * from {{ ref('int_plan_rates_estimated') }} where is_total and from_node != 'awareness'

),

scenario_names as (

    select 'base' as scenario
    union
    select scenario from scenarios

),

scenario_levers as (

    -- A scenario without a funnel or node is for all of them.
    select
        names.scenario,
        rates.funnel,
        rates.from_node,
        rates.advance_rate,
        cast(rates.wait_days as decimal(18, 2)) as wait_days,
        scenarios.lever,
        scenarios.new_value,
        scenarios.factor
    from scenario_names as names
    cross join rates
    left join scenarios
        on
            names.scenario = scenarios.scenario
            and coalesce(scenarios.funnel, rates.funnel) = rates.funnel
            and coalesce(scenarios.from_node, rates.from_node) = rates.from_node

),

lever_effects as (

    select
        scenario,
        funnel,
        from_node,
        max(case
            when lever != 'rate' then null
            when new_value is not null then new_value / nullif(advance_rate, 0)
            else factor
        end) as rate_factor,
        max(case
            when lever != 'wait' then null
            when new_value is not null then new_value - wait_days
            else (factor - 1) * wait_days
        end) as added_wait_days,
        max(case when lever = 'price' then factor end) as price_factor,
        max(case when lever = 'price' then new_value end) as fixed_price
    from scenario_levers
    group by scenario, funnel, from_node

),

int_plan_scenario_factors_listed as (

    select
        scenario,
        funnel,
        from_node,
        {{ as_double('coalesce(rate_factor, 1)') }} as rate_factor,
        {{ as_double('coalesce(added_wait_days, 0)') }} as added_wait_days,
        {{ as_double('coalesce(price_factor, 1)') }} as price_factor,
        {{ as_double('fixed_price') }} as fixed_price
    from lever_effects

)

select * from int_plan_scenario_factors_listed
