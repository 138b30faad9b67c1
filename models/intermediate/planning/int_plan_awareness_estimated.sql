{# Grain: one row per scenario, funnel, sample and week ahead. How many people must first hear of us
   in that week for one new lead per week. #}
with

awareness_tables as (

    select * from {{ ref('int_plan_life_tables_estimated') }} where from_node = 'awareness'

),

new_leads as (

    select * from {{ ref('int_plan_scenario_flows_estimated') }}
    where inflow = 'new_leads' and node = 'lead'

),

periods as (

    select * from {{ ref('int_plan_targets_listed') }}
    where has_target and is_total

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

    -- For leads up to the end of the last month with a target. People who must have heard of us
    -- before the cutoff are left out.
    select
        new_leads.scenario,
        new_leads.funnel,
        new_leads.sample_number,
        new_leads.week_number - needs.waited_weeks as week_number,
        {{ exact_sum('new_leads.entry_volume * needs.people_per_lead', 12) }} as entry_volume
    from new_leads
    inner join periods on new_leads.funnel = periods.funnel
    inner join people_needs as needs
        on new_leads.funnel = needs.funnel and new_leads.sample_number = needs.sample_number
    where
        7 * new_leads.week_number < periods.end_offset_days
        and new_leads.week_number >= needs.waited_weeks
    group by
        new_leads.scenario, new_leads.funnel, new_leads.sample_number,
        new_leads.week_number - needs.waited_weeks

)

select * from int_plan_awareness_estimated
