{# Grain: one row per scenario, funnel, sample and week ahead. How many people must first hear of us
   in that week for the leads that the plan needs later. #}
with

awareness_tables as (

    select * from {{ ref('int_plan_life_tables_estimated') }} where from_node = 'awareness'

),

new_leads as (

    select * from {{ ref('int_plan_scenario_flows_estimated') }}
    where inflow = 'new_leads' and node = 'lead'

),

plans as (

    select * from {{ ref('int_plan_new_revenue_estimated') }}
    where is_total and weekly_leads is not null

),

group_weights as (

    select
        funnel,
        lead_group,
        sample_number,
        {{ as_double('sum(joined_count)') }} as joined_count
    from awareness_tables
    group by funnel, lead_group, sample_number

),

funnel_rates as (

    select
        tables.funnel,
        tables.sample_number,
        tables.waited_weeks,
        {{ exact_sum('tables.advance_rate * weights.joined_count', 12) }}
        / nullif(sum(weights.joined_count), 0) as advance_rate
    from awareness_tables as tables
    inner join group_weights as weights
        on
            tables.funnel = weights.funnel
            and tables.lead_group = weights.lead_group
            and tables.sample_number = weights.sample_number
    group by tables.funnel, tables.sample_number, tables.waited_weeks

),

people_needs as (

    -- People needed for one lead, by how many weeks before it they first hear of us: one divided by
    -- the share that becomes a lead, spread like the waits of those who did.
    select
        *,
        advance_rate / power(
            nullif(
                {{ exact_sum('advance_rate', 12, over='partition by funnel, sample_number') }}, 0
            ), 2
        ) as people_per_lead
    from funnel_rates

),

int_plan_awareness_estimated as (

    -- People who must have heard of us before the cutoff are left out.
    select
        new_leads.scenario,
        new_leads.funnel,
        new_leads.sample_number,
        new_leads.week_number - needs.waited_weeks as week_number,
        {{ exact_sum(
            'new_leads.entry_volume * plans.weekly_leads * needs.people_per_lead', 12
        ) }} as entry_volume
    from new_leads
    inner join plans
        on
            new_leads.scenario = plans.scenario
            and new_leads.funnel = plans.funnel
            and new_leads.sample_number = plans.sample_number
    inner join people_needs as needs
        on new_leads.funnel = needs.funnel and new_leads.sample_number = needs.sample_number
    where
        new_leads.week_number < plans.week_count
        and new_leads.week_number >= needs.waited_weeks
    group by
        new_leads.scenario, new_leads.funnel, new_leads.sample_number,
        new_leads.week_number - needs.waited_weeks

)

select * from int_plan_awareness_estimated
