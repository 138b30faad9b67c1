{# Grain: one row per funnel, lever and from_node. What one percentage point of a rate, one day less
   of a wait or one per cent of price is worth. #}
with

arrivals as (

    select * from {{ ref('int_plan_scenario_flows_estimated') }}
    where scenario = 'base' and node = 'win' and inflow != 'first_lead'

),

plans as (

    select * from {{ ref('int_plan_new_revenue_estimated') }}
    where scenario = 'base' and is_total and sample_number = 0 and weekly_leads is not null

),

periods as (select * from {{ ref('int_plan_targets_listed') }} where is_total and has_target),

rates as (select * from {{ ref('int_plan_rates_estimated') }} where is_total),

inflow_nodes as (

    -- The nodes that a journey of the inflow still has to leave.
    select
        'new_leads' as inflow,
        'lead' as from_node
    union all
    select
        'new_leads' as inflow,
        'prospect' as from_node
    union all
    select
        'new_leads' as inflow,
        'opportunity' as from_node
    union all
    select
        'open_lead' as inflow,
        'lead' as from_node
    union all
    select
        'open_lead' as inflow,
        'prospect' as from_node
    union all
    select
        'open_lead' as inflow,
        'opportunity' as from_node
    union all
    select
        'open_prospect' as inflow,
        'prospect' as from_node
    union all
    select
        'open_prospect' as inflow,
        'opportunity' as from_node
    union all
    select
        'open_opportunity' as inflow,
        'opportunity' as from_node
    union all
    select
        'bypass_prospect' as inflow,
        'prospect' as from_node
    union all
    select
        'bypass_prospect' as inflow,
        'opportunity' as from_node
    union all
    select
        'bypass_opportunity' as inflow,
        'opportunity' as from_node

),

planned_weeks as (

    -- Revenue of a week, and the shares of it in the planned time: as it is, and one day earlier
    -- (but never before the cutoff).
    select
        arrivals.funnel,
        arrivals.inflow,
        arrivals.sample_number,
        arrivals.expected_revenue
        * case when arrivals.inflow = 'new_leads' then plans.weekly_leads else 1 end as revenue,
        greatest(
            least(7 * arrivals.week_number + 7, periods.end_offset_days)
            - greatest(
                7 * arrivals.week_number,
                case when periods.start_offset_days <= 0 then 0 else periods.start_offset_days end
            ), 0
        ) / 7 as share_now,
        greatest(
            least(7 * arrivals.week_number + 6, periods.end_offset_days)
            - greatest(
                7 * arrivals.week_number - 1,
                case when periods.start_offset_days <= 0 then -1 else periods.start_offset_days end
            ), 0
        ) / 7 as share_earlier
    from arrivals
    inner join plans on arrivals.funnel = plans.funnel
    inner join periods on arrivals.funnel = periods.funnel

),

node_revenue as (

    select
        weeks.funnel,
        nodes.from_node,
        weeks.sample_number,
        {{ exact_sum('weeks.revenue * weeks.share_now') }} as revenue,
        {{ exact_sum('weeks.revenue * (weeks.share_earlier - weeks.share_now)') }}
            as revenue_of_a_day
    from planned_weeks as weeks
    inner join inflow_nodes as nodes on weeks.inflow = nodes.inflow
    group by weeks.funnel, nodes.from_node, weeks.sample_number

),

lever_samples as (

    select
        node_revenue.funnel,
        'rate' as lever,
        node_revenue.from_node,
        node_revenue.sample_number,
        node_revenue.revenue * 0.01 / rates.advance_rate as gained_revenue
    from node_revenue
    inner join rates
        on node_revenue.funnel = rates.funnel and node_revenue.from_node = rates.from_node
    union all
    select
        funnel,
        'wait' as lever,
        from_node,
        sample_number,
        revenue_of_a_day as gained_revenue
    from node_revenue
    union all
    -- All revenue passes the opportunity, so its price is the price of everything.
    select
        funnel,
        'price' as lever,
        from_node,
        sample_number,
        revenue * 0.01 as gained_revenue
    from node_revenue
    where from_node = 'opportunity'

),

lever_estimates as (

    select
        funnel,
        lever,
        from_node,
        max(case when sample_number = 0 then gained_revenue end) as gained_revenue,
        {{ sample_deviation('gained_revenue', 3) }} as deviation
    from lever_samples
    group by funnel, lever, from_node

),

plan_levers as (

    select
        funnel,
        lever,
        from_node,
        row_number() over (
            partition by funnel order by gained_revenue desc, lever asc, from_node asc
        ) as lever_rank,
        {{ as_amount('gained_revenue') }} as gained_amount,
        {{ interval_low_amount('gained_revenue', 'deviation', 80) }} as low_80_gained_amount,
        {{ interval_high_amount('gained_revenue', 'deviation', 80) }} as high_80_gained_amount,
        {{ interval_low_amount('gained_revenue', 'deviation', 95) }} as low_95_gained_amount,
        {{ interval_high_amount('gained_revenue', 'deviation', 95) }} as high_95_gained_amount
    from lever_estimates
    where gained_revenue is not null

)

select * from plan_levers
