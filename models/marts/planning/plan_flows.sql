{# Grain: one row per funnel, inflow, node and seven days ahead. How many journeys each inflow of
   the plan is expected to bring to a node, and what its wins are worth. #}
with

flows as (

    select * from {{ ref('int_plan_scenario_flows_estimated') }}
    where scenario = 'base' and sample_number = 0

),

awareness as (

    select * from {{ ref('int_plan_awareness_estimated') }}
    where scenario = 'base' and sample_number = 0

),

periods as (select * from {{ ref('int_plan_targets_listed') }} where has_target),

plans as (

    select * from {{ ref('int_plan_new_revenue_estimated') }}
    where scenario = 'base' and is_total and sample_number = 0

),

flow_weeks as (

    select distinct
        funnel,
        week_number
    from flows

),

target_days as (

    -- How many of the seven days are in a month with a target.
    select
        flow_weeks.funnel,
        flow_weeks.week_number,
        sum(
            least(7 * flow_weeks.week_number + 7, periods.end_offset_days)
            - greatest(7 * flow_weeks.week_number, periods.start_offset_days)
        ) as day_count
    from flow_weeks
    inner join periods
        on
            flow_weeks.funnel = periods.funnel
            and 7 * flow_weeks.week_number + 7 > periods.start_offset_days
            and 7 * flow_weeks.week_number < periods.end_offset_days
    where not periods.is_total
    group by flow_weeks.funnel, flow_weeks.week_number

),

node_flows as (

    select
        funnel,
        inflow,
        node,
        week_number,
        entry_volume,
        case when node = 'win' then expected_revenue end as expected_revenue,
        case when node = 'win' then sqrt(luck_variance) end as luck_deviation
    from flows
    union all
    -- Where no new leads are planned, nobody has to hear of us.
    select
        awareness.funnel,
        'new_leads' as inflow,
        'awareness' as node,
        awareness.week_number,
        awareness.entry_volume,
        null as expected_revenue,
        null as luck_deviation
    from awareness
    inner join plans on awareness.funnel = plans.funnel and plans.weekly_leads > 0

),

plan_flows as (

    select
        flows.funnel,
        flows.inflow,
        flows.node,
        cast({{ add_days(period_start('day', cutoff()), '7 * flows.week_number') }} as date)
            as first_date,
        cast(flows.week_number as bigint) as weeks_ahead,
        cast(coalesce(target_days.day_count, 0) as bigint) as target_days,
        {{ as_double('flows.entry_volume') }} as entry_volume,
        {{ as_amount('flows.expected_revenue') }} as expected_amount,
        {{ as_amount('flows.luck_deviation') }} as luck_deviation_amount
    from node_flows as flows
    left join target_days
        on flows.funnel = target_days.funnel and flows.week_number = target_days.week_number

)

select * from plan_flows
