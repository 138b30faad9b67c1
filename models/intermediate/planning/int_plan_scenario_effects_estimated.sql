{# Grain: one row a scenario, funnel and step: what the scenario changes there; `base` changes
   nothing. #}
with

scenarios as (select * from {{ ref('planning_scenarios') }}),

rates as (select * from {{ ref('plan_rates') }} where segment = 'all' and step != 'awareness'),

names as (

    select 'base' as scenario
    union
    select scenario from scenarios

),

changed as (

    select
        names.scenario,
        rates.funnel,
        rates.step,
        max(case
            when scenarios.what != 'rate' then null
            when scenarios.value_is is not null
                then scenarios.value_is / nullif(rates.advance_rate, 0)
            else scenarios.value_times
        end) as rate_factor,
        max(case
            when scenarios.what != 'wait' then null
            when scenarios.value_is is not null then scenarios.value_is - rates.wait_days
            else (scenarios.value_times - 1) * rates.wait_days
        end) as added_wait,
        max(case when scenarios.what = 'price' then scenarios.value_times end) as price_factor,
        max(case when scenarios.what = 'price' then scenarios.value_is end) as fixed_price
    from names
    cross join rates
    left join scenarios
        on
            names.scenario = scenarios.scenario
            and coalesce(scenarios.funnel, rates.funnel) = rates.funnel
            and coalesce(scenarios.step, rates.step) = rates.step
    group by names.scenario, rates.funnel, rates.step

),

int_plan_scenario_effects_estimated as (

    select
        scenario,
        funnel,
        step,
        {{ as_double('coalesce(rate_factor, 1)') }} as rate_factor,
        {{ as_double('coalesce(added_wait, 0)') }} as added_wait,
        {{ as_double('coalesce(price_factor, 1)') }} as price_factor,
        {{ as_double('fixed_price') }} as fixed_price
    from changed

)

select * from int_plan_scenario_effects_estimated
