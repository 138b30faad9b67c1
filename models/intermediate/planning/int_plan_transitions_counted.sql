{# Grain: one row per funnel, lead group, from_node, result, part of the journeys, week of entry and
   weeks waited. How journeys moved from each node of the plan to the next. #}
with

journeys as (select * from {{ ref('fct_journeys') }}),

journey_weeks as (

    -- A node without a date is passed on the day of the next one that has a date.
    select
        funnel,
        {{ plan_lead_group() }} as lead_group,
        {{ sample_part('journey_key') }} as sample_part,
        outcome = 'open' as is_open,
        {{ week_number('awareness_at') }} as awareness_week,
        {{ week_number('lead_at') }} as lead_week,
        {{ week_number('coalesce(prospect_at, opportunity_at, win_at)') }} as prospect_week,
        {{ week_number('coalesce(opportunity_at, win_at)') }} as opportunity_week,
        {{ week_number('win_at') }} as win_week,
        {{ week_number('exited_at') }} as exit_week
    from journeys
    where not (has_win and win_at is null)

),

nodes as (

    select 'awareness' as from_node
    union all
    select 'lead' as from_node
    union all
    select 'prospect' as from_node
    union all
    select 'opportunity' as from_node

),

node_entries as (

    select
        journey_weeks.funnel,
        journey_weeks.lead_group,
        nodes.from_node,
        journey_weeks.sample_part,
        journey_weeks.is_open,
        case nodes.from_node
            when 'awareness' then journey_weeks.awareness_week
            when 'lead' then journey_weeks.lead_week
            when 'prospect' then journey_weeks.prospect_week
            when 'opportunity' then journey_weeks.opportunity_week
        end as entered_week_number,
        case nodes.from_node
            when 'awareness' then journey_weeks.lead_week
            when 'lead' then journey_weeks.prospect_week
            when 'prospect' then journey_weeks.opportunity_week
            when 'opportunity' then journey_weeks.win_week
        end as next_week_number,
        journey_weeks.exit_week as exit_week_number
    from journey_weeks
    cross join nodes

),

node_waits as (

    -- A journey that still waits was observed up to the cutoff and no longer. Negative week
    -- numbers are before the cutoff.
    select
        *,
        case
            when next_week_number < 0 then 'advanced'
            when is_open then 'open'
            else 'exited'
        end as result,
        case
            when next_week_number < 0 then next_week_number - entered_week_number
            when is_open then -entered_week_number
            else greatest(coalesce(exit_week_number, entered_week_number) - entered_week_number, 0)
        end as waited_weeks,
        greatest({{ plan_first_week() }} - entered_week_number, 0) as unseen_weeks
    from node_entries
    where entered_week_number < 0

),

int_plan_transitions_counted as (

    select
        funnel,
        lead_group,
        from_node,
        result,
        sample_part,
        entered_week_number,
        waited_weeks,
        unseen_weeks,
        count(*) as journey_count
    from node_waits
    where waited_weeks >= unseen_weeks
    group by
        funnel, lead_group, from_node, result, sample_part, entered_week_number, waited_weeks,
        unseen_weeks

)

select * from int_plan_transitions_counted
