{# Grain: one row per funnel, lead group, from_node, result, part of the journeys, week of entry and
   weeks waited. How journeys moved from each node of the plan to the next.

Leads and prospects are those that the definition qualified. The lead group `bypass` is of journeys
that came to a prospect or an opportunity without having qualified at the node before. Of journeys
with an open opportunity: those with an amount, these amounts, and their squares. #}
with

journeys as (select * from {{ ref('fct_journeys') }}),

journey_times as (

    -- A prospect without a date, where the definition does not decide who is one, is passed on the
    -- day of the next node that has a date.
    select
        *,
        {{ plan_lead_group() }} as channel_group,
        is_bypass_prospect or is_bypass_opportunity as is_bypass,
        coalesce(
            qualified_prospect_at,
            case when not is_bypass_opportunity then coalesce(opportunity_at, win_at) end
        ) as counted_prospect_at,
        coalesce(opportunity_at, win_at) as counted_opportunity_at
    from journeys
    where not (has_win and win_at is null)

),

node_moves as (

    -- `next_at` is when a journey came to the next node as the plan expects it: from this node.
    -- `later_at` is when it went past this node in any way.
    select
        *,
        'awareness' as from_node,
        channel_group as lead_group,
        awareness_at as node_at,
        qualified_lead_at as next_at,
        least(counted_prospect_at, counted_opportunity_at, win_at) as later_at
    from journey_times
    union all
    select
        *,
        'lead' as from_node,
        channel_group as lead_group,
        qualified_lead_at as node_at,
        case when not is_bypass_prospect then counted_prospect_at end as next_at,
        least(counted_prospect_at, counted_opportunity_at, win_at) as later_at
    from journey_times
    union all
    select
        *,
        'prospect' as from_node,
        case when is_bypass_prospect then 'bypass' else channel_group end as lead_group,
        counted_prospect_at as node_at,
        case when not is_bypass_opportunity then counted_opportunity_at end as next_at,
        least(counted_opportunity_at, win_at) as later_at
    from journey_times
    union all
    select
        *,
        'opportunity' as from_node,
        case when is_bypass then 'bypass' else channel_group end as lead_group,
        counted_opportunity_at as node_at,
        win_at as next_at,
        win_at as later_at
    from journey_times

),

node_weeks as (

    select
        funnel,
        lead_group,
        from_node,
        {{ sample_part('journey_key') }} as sample_part,
        outcome = 'open' as is_open,
        case
            when from_node = 'opportunity' and opportunity_amount > 0
                then {{ as_double('opportunity_amount') }}
        end as opened_amount,
        {{ week_number('node_at') }} as entered_week_number,
        {{ week_number('next_at') }} as next_week_number,
        {{ week_number('later_at') }} as later_week_number,
        {{ week_number('exited_at') }} as exit_week_number
    from node_moves

),

node_waits as (

    -- A journey that still waits was observed up to the cutoff and no longer. One that went past
    -- the next node by a bypass has left this one, like an exit. Negative week numbers are before
    -- the cutoff.
    select
        *,
        case
            when next_week_number < 0 then 'advanced'
            when later_week_number < 0 then 'exited'
            when is_open then 'open'
            else 'exited'
        end as result,
        case
            when next_week_number < 0 then next_week_number - entered_week_number
            when later_week_number < 0 then greatest(later_week_number - entered_week_number, 0)
            when is_open then -entered_week_number
            else greatest(coalesce(exit_week_number, entered_week_number) - entered_week_number, 0)
        end as waited_weeks,
        greatest({{ plan_first_week() }} - entered_week_number, 0) as unseen_weeks
    from node_weeks
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
        count(*) as journey_count,
        count(case when result = 'open' then opened_amount end) as open_opportunity_count,
        coalesce({{ exact_sum("case when result = 'open' then opened_amount end", 2) }}, 0)
            as open_opportunity_amount_sum,
        coalesce(
            {{ exact_sum("case when result = 'open' then opened_amount * opened_amount end", 2) }},
            0
        ) as open_opportunity_amount_square_sum
    from node_waits
    where waited_weeks >= unseen_weeks
    group by
        funnel, lead_group, from_node, result, sample_part, entered_week_number, waited_weeks,
        unseen_weeks

)

select * from int_plan_transitions_counted
