{# Grain: one row per scenario, funnel, node and business week, from the rest of the week under way
   on. How many must enter each node of the plan, and which team is accountable. #}
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
            "case when arrivals.inflow like 'open%' then arrivals.entry_volume else 0 end", 12
        ) }} as open_volume,
        {{ exact_sum(
            "case when arrivals.inflow like 'bypass%' then arrivals.entry_volume else 0 end", 12
        ) }} as bypass_volume,
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
        awareness.scenario,
        awareness.funnel,
        'awareness' as node,
        awareness.week_number,
        awareness.sample_number,
        0 as open_volume,
        0 as bypass_volume,
        awareness.entry_volume * plans.weekly_leads as new_volume
    from awareness
    inner join plans
        on
            awareness.scenario = plans.scenario
            and awareness.funnel = plans.funnel
            and awareness.sample_number = plans.sample_number

),

week_parts as (

    -- The plan counts in seven days from the cutoff. Each of them is spread evenly over its days,
    -- which lie in two weeks of the business if the cutoff is not on its first weekday.
    select
        0 as later_weeks,
        7 - {{ plan_days_gone() }} as day_count
    union all
    select
        1 as later_weeks,
        {{ plan_days_gone() }} as day_count

),

business_week_entries as (

    select
        entries.scenario,
        entries.funnel,
        entries.node,
        entries.week_number + parts.later_weeks as week_number,
        entries.sample_number,
        max(least(
            7 * (entries.week_number + parts.later_weeks + 1) - {{ plan_days_gone() }},
            7 * plans.week_count
        ) - greatest(
            7 * (entries.week_number + parts.later_weeks) - {{ plan_days_gone() }}, 0
        )) as plan_days,
        {{ exact_sum('entries.open_volume * parts.day_count / 7', 12) }} as open_volume,
        {{ exact_sum('entries.bypass_volume * parts.day_count / 7', 12) }} as bypass_volume,
        {{ exact_sum('entries.new_volume * parts.day_count / 7', 12) }} as new_volume
    from sample_entries as entries
    inner join week_parts as parts on parts.day_count > 0
    inner join plans
        on
            entries.scenario = plans.scenario
            and entries.funnel = plans.funnel
            and entries.sample_number = plans.sample_number
    group by
        entries.scenario, entries.funnel, entries.node,
        entries.week_number + parts.later_weeks, entries.sample_number

),

planned_entries as (

    -- How many people hear of us and become leads is ours to plan; later entries vary by the luck
    -- of single journeys too (a Poisson variance).
    select
        scenario,
        funnel,
        node,
        week_number,
        max(case when sample_number = 0 then plan_days end) as plan_days,
        max(case when sample_number = 0 then open_volume end) as open_volume,
        max(case when sample_number = 0 then bypass_volume end) as bypass_volume,
        max(case when sample_number = 0 then open_volume + bypass_volume + new_volume end)
            as planned_volume,
        sqrt(
            power({{ sample_deviation('bypass_volume') }}, 2)
            + max(case when sample_number = 0 then bypass_volume end)
        ) as bypass_deviation,
        sqrt(
            power({{ sample_deviation('open_volume + bypass_volume + new_volume') }}, 2)
            + max(case
                when sample_number = 0 and node not in ('awareness', 'lead')
                    then open_volume + bypass_volume + new_volume
                else 0
            end)
        ) as deviation
    from business_week_entries
    group by scenario, funnel, node, week_number

),

plan_weeks as (

    select
        entries.scenario,
        entries.funnel,
        entries.node,
        {{ plan_week('entries.week_number') }} as plan_week,
        cast(entries.plan_days as bigint) as plan_days,
        stages.owner_team,
        entries.week_number as weeks_ahead,
        entries.planned_volume,
        entries.open_volume,
        entries.bypass_volume,
        greatest(entries.bypass_volume - {{ t_quantile(80) }} * entries.bypass_deviation, 0)
            as low_80_bypass_volume,
        entries.bypass_volume + {{ t_quantile(80) }} * entries.bypass_deviation
            as high_80_bypass_volume,
        greatest(entries.bypass_volume - {{ t_quantile(95) }} * entries.bypass_deviation, 0)
            as low_95_bypass_volume,
        entries.bypass_volume + {{ t_quantile(95) }} * entries.bypass_deviation
            as high_95_bypass_volume,
        greatest(entries.planned_volume - {{ t_quantile(80) }} * entries.deviation, 0)
            as low_80_volume,
        entries.planned_volume + {{ t_quantile(80) }} * entries.deviation as high_80_volume,
        greatest(entries.planned_volume - {{ t_quantile(95) }} * entries.deviation, 0)
            as low_95_volume,
        entries.planned_volume + {{ t_quantile(95) }} * entries.deviation as high_95_volume,
        cast(capacity.weekly_count as bigint) as capacity_count,
        coalesce(7 * entries.planned_volume > entries.plan_days * capacity.weekly_count, false)
            as is_over_capacity,
        entries.scenario = 'base' as is_additive
    from planned_entries as entries
    inner join stages on entries.node = stages.planning_node
    left join capacity
        on entries.funnel = capacity.funnel and entries.node = capacity.planning_node
    where entries.planned_volume is not null

)

select * from plan_weeks
