{# Grain: one row per funnel. Leads per week today, the most that can be worked, and how long a lead
   takes to pay. #}
with

prices as (select * from {{ ref('int_plan_win_values_estimated') }} where sample_number = 0),

owner_capacity as (select * from {{ ref('owner_capacity') }} where planning_node = 'lead'),

first_lead_wins as (

    select * from {{ ref('int_plan_scenario_flows_estimated') }}
    where scenario = 'base' and inflow = 'first_lead' and node = 'win' and sample_number = 0

),

recent_leads as (

    select
        funnel,
        {{ exact_sum('weekly_leads') }} as weekly_leads
    from prices
    group by funnel

),

capacity as (

    select
        funnel,
        sum(weekly_count) as weekly_leads
    from owner_capacity
    group by funnel

),

paid_shares as (

    -- Without prices, the share of the wins.
    select
        funnel,
        week_number,
        sum(coalesce(expected_revenue, entry_volume))
            over (
                partition by funnel order by week_number
            )
        / nullif(sum(coalesce(expected_revenue, entry_volume)) over (partition by funnel), 0)
            as paid_share
    from first_lead_wins

),

half_paid_weeks as (

    select
        funnel,
        min(week_number) as week_number
    from paid_shares
    where paid_share >= 0.5
    group by funnel

),

int_plan_lead_limits_estimated as (

    -- Half is paid in the middle of its week, the fourth day.
    select
        recent_leads.funnel,
        recent_leads.weekly_leads as recent_weekly_leads,
        {{ as_double(
            'coalesce(capacity.weekly_leads, '
            ~ int_var('planning_max_lead_growth') ~ ' * recent_leads.weekly_leads)'
        ) }} as max_weekly_leads,
        cast(7 * half_paid_weeks.week_number + 4 as bigint) as half_paid_days
    from recent_leads
    left join capacity on recent_leads.funnel = capacity.funnel
    left join half_paid_weeks on recent_leads.funnel = half_paid_weeks.funnel

)

select * from int_plan_lead_limits_estimated
