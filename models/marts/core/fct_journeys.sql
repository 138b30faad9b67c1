{# Grain: one row per journey: fct_lifecycle aggregated, with columns per planning node. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

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
        stages.stage_order >= stages.win_order and not stages.is_exit as is_customer_event
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage

),

fct_journeys as (

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
        coalesce(bool_or(planning_node = 'lead'), false) as has_lead,
        coalesce(bool_or(planning_node = 'prospect'), false) as has_prospect,
        coalesce(bool_or(planning_node = 'opportunity'), false) as has_opportunity,
        coalesce(bool_or(planning_node = 'win'), false) as has_win,
        coalesce(bool_or(planning_node = 'lead' and is_qualified), false) as is_qualified_lead,
        coalesce(bool_or(planning_node = 'prospect' and is_qualified), false)
            as is_qualified_prospect,
        min(case when planning_node = 'awareness' then entered_at end) as awareness_at,
        min(case when planning_node = 'lead' then entered_at end) as lead_at,
        min(case when planning_node = 'prospect' then entered_at end) as prospect_at,
        min(case when planning_node = 'opportunity' then entered_at end) as opportunity_at,
        min(case when planning_node = 'win' then entered_at end) as win_at,
        min(case when entered_by in ('disqualification', 'opportunity_lost') then entered_at end)
            as exited_at,
        min(case when entered_by = 'subscriptions_ended' then entered_at end) as churned_at,
        min(entered_at) as started_at
    from entries
    group by journey_key

)

select * from fct_journeys
