{# Grain: one row per scenario, funnel, node and week ahead. How many must enter each node of the
   plan, and which team is accountable. #}
with

arrivals as (

    select * from {{ ref('int_plan_scenario_flows_estimated') }} where inflow != 'first_lead'

),

awareness as (select * from {{ ref('int_plan_awareness_estimated') }}),

plans as (

    select * from {{ ref('int_plan_new_revenue_estimated') }}
    where is_total and weekly_leads is not null

),

stages as (select * from {{ ref('lifecycle_stages') }} where planning_node is not null),

owner_capacity as (select * from {{ ref('owner_capacity') }}),

capacity as (

    select
        funnel,
        planning_node,
        sum(weekly_count) as weekly_count
    from owner_capacity
    group by funnel, planning_node

),

sample_entries as (

    select
        arrivals.scenario,
        arrivals.funnel,
        arrivals.node,
        arrivals.week_number,
        arrivals.sample_number,
        {{ exact_sum(
            "case when arrivals.inflow = 'new_leads' then 0 else arrivals.entry_volume end", 12
        ) }} as open_volume,
        {{ exact_sum(
            "case when arrivals.inflow = 'new_leads' then arrivals.entry_volume else 0 end", 12
        ) }}
        * max(plans.weekly_leads) as new_volume
    from arrivals
    inner join plans
        on
            arrivals.scenario = plans.scenario
            and arrivals.funnel = plans.funnel
            and arrivals.sample_number = plans.sample_number
    where arrivals.week_number < plans.week_count
    group by
        arrivals.scenario, arrivals.funnel, arrivals.node, arrivals.week_number,
        arrivals.sample_number
    union all
    select
        scenario,
        funnel,
        'awareness' as node,
        week_number,
        sample_number,
        0 as open_volume,
        entry_volume as new_volume
    from awareness

),

planned_entries as (

    -- How many people hear of us and become leads is ours to plan; later entries vary by the luck
    -- of single journeys too (a Poisson variance).
    select
        scenario,
        funnel,
        node,
        week_number,
        max(case when sample_number = 0 then open_volume end) as open_volume,
        max(case when sample_number = 0 then open_volume + new_volume end) as planned_volume,
        sqrt(
            power({{ sample_deviation('open_volume + new_volume') }}, 2)
            + max(case
                when sample_number = 0 and node not in ('awareness', 'lead')
                    then open_volume + new_volume
                else 0
            end)
        ) as deviation
    from sample_entries
    group by scenario, funnel, node, week_number

),

plan_weeks as (

    select
        entries.scenario,
        entries.funnel,
        entries.node,
        {{ week_date('entries.week_number') }} as plan_week,
        stages.owner_team,
        entries.week_number as weeks_ahead,
        entries.planned_volume,
        entries.open_volume,
        greatest(entries.planned_volume - {{ t_quantile(80) }} * entries.deviation, 0)
            as low_80_volume,
        entries.planned_volume + {{ t_quantile(80) }} * entries.deviation as high_80_volume,
        greatest(entries.planned_volume - {{ t_quantile(95) }} * entries.deviation, 0)
            as low_95_volume,
        entries.planned_volume + {{ t_quantile(95) }} * entries.deviation as high_95_volume,
        cast(capacity.weekly_count as bigint) as capacity_count,
        coalesce(entries.planned_volume > capacity.weekly_count, false) as is_over_capacity,
        entries.scenario = 'base' as is_additive
    from planned_entries as entries
    inner join stages on entries.node = stages.planning_node
    left join capacity
        on entries.funnel = capacity.funnel and entries.node = capacity.planning_node
    where entries.planned_volume is not null

)

select * from plan_weeks
