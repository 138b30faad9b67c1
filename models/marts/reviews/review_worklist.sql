{# Grain: one row per journey to discuss in the weekly review: past the time limit of its stage, or
   disqualified or lost within the last six weeks. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

weeks as (

    select
        *,
        row_number() over (order by starts_at desc) as recency_number
    from {{ ref('int_reporting_periods_listed') }}
    where period_kind = 'week' and is_started

),

review_weeks as (select min(starts_at) as reviewed_from from weeks where recency_number <= 6),

node_orders as (

    select
        max(case when planning_node = 'lead' then stage_order end) as lead_order,
        max(case when planning_node = 'win' then stage_order end) as win_order
    from stages

),

current_exits as (

    select lifecycle.*
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    where lifecycle.is_current and stages.is_exit

),

review_worklist as (

    -- An exited journey is listed at the stage that it left.
    select
        lifecycle.journey_key,
        lifecycle.person_key,
        lifecycle.account_key,
        coalesce(lifecycle.opportunity_key, current_exits.opportunity_key) as opportunity_key,
        lifecycle.latest_opportunity_owner_key,
        lifecycle.funnel,
        lifecycle.first_channel as channel,
        stages.stage,
        stages.owner_team,
        case when current_exits.journey_key is null then 'past_time_limit' else 'exited' end
            as finding,
        current_exits.exit_reason,
        lifecycle.amount,
        {{ days_between(
            'lifecycle.entered_at', 'coalesce(current_exits.entered_at, ' ~ cutoff() ~ ')'
        ) }} as waited_days,
        stages.time_limit_days,
        lifecycle.entered_at,
        current_exits.entered_at as exited_at
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    cross join node_orders
    cross join review_weeks
    left join current_exits
        on
            lifecycle.journey_key = current_exits.journey_key
            and lifecycle.entry_number = current_exits.entry_number - 1
    where
        stages.stage_order >= node_orders.lead_order
        and stages.stage_order < node_orders.win_order
        and (
            current_exits.entered_at >= review_weeks.reviewed_from
            or (
                lifecycle.is_current
                and {{ days_between('lifecycle.entered_at', cutoff()) }} > stages.time_limit_days
            )
        )

)

select * from review_worklist
