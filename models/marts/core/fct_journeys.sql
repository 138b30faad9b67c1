{{ config(**keeps_rows('journey_key', 'int_journey_changes_checked')) }}
{# Grain: one row per journey: fct_lifecycle aggregated, with columns per planning node. #}
with

lifecycle as (

    select * from {{ ref('fct_lifecycle') }}
    {{ where_changed('journey_key', 'int_journey_changes_checked') }}

),

stages as (

    select
        *,
        max(case when planning_node = 'win' then stage_order end) over () as win_order
    from {{ ref('lifecycle_stages') }}

),

entries as (

    select
        lifecycle.*,
        stages.planning_node,
        stages.entered_by,
        -- Where the definition does not decide a stage, all who enter count.
        case
            when stages.entered_by = 'definition' then lifecycle.qualified_at
            else lifecycle.entered_at
        end as counted_at,
        coalesce(lifecycle.qualification in ('bypass', 'qualified_later'), false) as is_bypass,
        stages.stage_order >= stages.win_order and not stages.is_exit as is_customer_event,
        stages.stage_order > stages.win_order
        and stages.entered_by not in ('disqualification', 'opportunity_lost') as is_after_win
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage

),

journey_nodes as (

    select
        journey_key,
        max(person_key) as person_key,
        max(account_key) as account_key,
        max(latest_opportunity_owner_key) as latest_opportunity_owner_key,
        max(funnel) as funnel,
        max(first_channel) as first_channel,
        max(first_campaign) as first_campaign,
        max(last_channel) as last_channel,
        max(case when is_current then stage end) as current_stage,
        max(case when is_current then outcome end) as outcome,
        case
            when max(case when planning_node = 'win' then 1 end) is null then null
            when
                max(case when entered_by = 'subscriptions_ended' then entry_number end)
                > max(case when is_customer_event then entry_number end)
                then 'churned'
            else 'active'
        end as customer_state,
        cast(sum(case when planning_node = 'win' then amount end) as decimal(18, 2))
            as won_amount,
        cast(
            max(case when planning_node = 'opportunity' then amount end)
            as decimal(18, 2)
        ) as opportunity_amount,
        cast(
            sum(case when entered_by in ('renewal_won', 'expansion_won') then amount end)
            as decimal(18, 2)
        ) as renewal_and_expansion_amount,
        coalesce(bool_or(planning_node = 'awareness'), false) as has_awareness,
        coalesce(bool_or(planning_node = 'lead'), false) as has_reached_lead,
        coalesce(bool_or(planning_node = 'prospect'), false) as has_reached_prospect,
        coalesce(bool_or(planning_node = 'opportunity'), false) as has_opportunity,
        coalesce(bool_or(planning_node = 'win'), false) as has_win,
        coalesce(bool_or(planning_node = 'lead' and is_qualified), false) as is_qualified_lead,
        coalesce(bool_or(planning_node = 'prospect' and is_qualified), false)
            as is_qualified_prospect,
        coalesce(bool_or(planning_node = 'lead' and is_bypass), false) as has_bypassed_lead,
        coalesce(bool_or(planning_node = 'prospect' and is_bypass), false)
            as has_bypassed_prospect,
        min(case when planning_node = 'awareness' then entered_at end) as awareness_at,
        min(case when planning_node = 'lead' then entered_at end) as reached_lead_at,
        min(case when planning_node = 'prospect' then entered_at end) as reached_prospect_at,
        min(case when planning_node = 'lead' then counted_at end) as qualified_lead_at,
        min(case when planning_node = 'prospect' then counted_at end) as qualified_prospect_at,
        min(case when planning_node = 'opportunity' then entered_at end) as opportunity_at,
        min(case when planning_node = 'win' then entered_at end) as win_at,
        max(
            case
                when is_current and entered_by in ('disqualification', 'opportunity_lost')
                    then entered_at
            end
        ) as exited_at,
        min(case when entered_by = 'subscriptions_ended' then entered_at end) as churned_at,
        -- What a customer does later is no beginning: that of one before the records is unknown.
        min(case when not is_after_win then entered_at end) as started_at
    from entries
    group by journey_key

),

fct_journeys as (

    select
        journey_key,
        person_key,
        account_key,
        latest_opportunity_owner_key,
        funnel,
        first_channel,
        first_campaign,
        last_channel,
        current_stage,
        outcome,
        customer_state,
        won_amount,
        opportunity_amount,
        renewal_and_expansion_amount,
        has_awareness,
        has_reached_lead,
        has_reached_prospect,
        has_opportunity,
        has_win,
        is_qualified_lead,
        is_qualified_prospect,
        is_qualified_prospect
        and has_bypassed_lead
        and coalesce(qualified_lead_at > qualified_prospect_at, true) as is_bypass_prospect,
        has_opportunity
        and has_bypassed_prospect
        and coalesce(qualified_prospect_at > opportunity_at, true) as is_bypass_opportunity,
        awareness_at,
        reached_lead_at,
        reached_prospect_at,
        qualified_lead_at,
        qualified_prospect_at,
        opportunity_at,
        win_at,
        exited_at,
        churned_at,
        started_at
    from journey_nodes

)

select * from fct_journeys
