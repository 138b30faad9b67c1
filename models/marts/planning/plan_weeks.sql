{# Grain: one row a scenario, funnel, node and week: how many must get there, by when, and who
   answers for it. #}
with

arrivals as (select * from {{ ref('int_plan_arrivals_estimated') }} where source != 'first'),

leads as (select * from {{ ref('int_plan_leads_aggregated') }}),

aware as (select * from {{ ref('int_plan_awareness_estimated') }}),

stages as (select * from {{ ref('lifecycle_stages') }} where planning_node is not null),

capacity as (

    select
        funnel,
        planning_node,
        sum(weekly_count) as weekly_count
    from {{ ref('owner_capacity') }}
    group by funnel, planning_node

),

planned as (

    select
        arrivals.scenario,
        arrivals.funnel,
        arrivals.node,
        arrivals.week_number,
        arrivals.sample_number,
        {{ exact_sum(
            "case when arrivals.source = 'new' then 0 else arrivals.entry_volume end", 12
        ) }} as open_volume,
        {{ exact_sum(
            "case when arrivals.source = 'new' then arrivals.entry_volume else 0 end", 12
        ) }}
        * max(leads.weekly_leads) as new_volume
    from arrivals
    inner join leads on {{ same('arrivals', 'leads', ['scenario', 'funnel', 'sample_number']) }}
    where arrivals.week_number < leads.week_count
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
    from aware

),

spread as (

    select
        scenario,
        funnel,
        node,
        week_number,
        max(case when sample_number = 0 then open_volume end) as open_volume,
        max(case when sample_number = 0 then open_volume + new_volume end) as planned_volume,
        -- Beyond the leads, which are for us to bring, single arrivals come by chance.
        sqrt(
            power({{ spread_of('open_volume + new_volume') }}, 2)
            + max(case
                when sample_number = 0 and node not in ('awareness', 'lead')
                    then open_volume + new_volume
                else 0
            end)
        ) as deviation
    from planned
    group by scenario, funnel, node, week_number

),

plan_weeks as (

    select
        spread.scenario,
        spread.funnel,
        spread.node,
        {{ week_date('spread.week_number') }} as plan_week,
        stages.owner_team,
        spread.week_number,
        spread.planned_volume,
        spread.open_volume,
        {% for percent in ['80', '95'] -%}
        greatest(spread.planned_volume - {{ plan_quantile(percent) }} * spread.deviation, 0)
            as low_{{ percent }}_volume,
        spread.planned_volume + {{ plan_quantile(percent) }} * spread.deviation
            as high_{{ percent }}_volume,
        {% endfor -%}
        cast(capacity.weekly_count as bigint) as capacity_count,
        coalesce(spread.planned_volume > capacity.weekly_count, false) as is_over_capacity
    from spread
    inner join stages on spread.node = stages.planning_node
    left join capacity
        on spread.funnel = capacity.funnel and spread.node = capacity.planning_node
    where spread.planned_volume is not null

)

select * from plan_weeks
