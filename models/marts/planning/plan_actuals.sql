{# Grain: one row per week in which a plan was made, funnel, node and planned week that is over.
   What was planned, and what happened. #}
with

plans as (

    select
        *,
        cast(greatest(plan_week, made_date) as timestamp) as starts_at,
        {{ add_days(
            'cast(greatest(plan_week, made_date) as timestamp)', 'coalesce(plan_days, 7)'
        ) }} as ends_at
    from {{ ref('history_plans') }}

),

ended_plans as (

    -- The plan of the week in which it was made is for the days that were left of it.
    select * from plans
    where ends_at <= {{ period_start('day', cutoff()) }}

),

journeys as (select * from {{ ref('fct_journeys') }}),

node_entries as (

    select
        funnel,
        'awareness' as node,
        cast(awareness_at as date) as entry_date
    from journeys
    union all
    select
        funnel,
        'lead' as node,
        cast(qualified_lead_at as date) as entry_date
    from journeys
    union all
    select
        funnel,
        'prospect' as node,
        cast(qualified_prospect_at as date) as entry_date
    from journeys
    union all
    select
        funnel,
        'opportunity' as node,
        cast(opportunity_at as date) as entry_date
    from journeys
    union all
    select
        funnel,
        'win' as node,
        cast(win_at as date) as entry_date
    from journeys

),

daily_entries as (

    select
        funnel,
        node,
        entry_date,
        count(*) as entry_count
    from node_entries
    where entry_date is not null
    group by funnel, node, entry_date

),

actual_entries as (

    select
        plans.made_week,
        plans.funnel,
        plans.node,
        plans.plan_week,
        sum(entries.entry_count) as entry_count
    from ended_plans as plans
    inner join daily_entries as entries
        on
            plans.funnel = entries.funnel
            and plans.node = entries.node
            and plans.starts_at <= cast(entries.entry_date as timestamp)
            and plans.ends_at > cast(entries.entry_date as timestamp)
    group by plans.made_week, plans.funnel, plans.node, plans.plan_week

),

plan_actuals as (

    select
        plans.made_week,
        plans.funnel,
        plans.node,
        plans.plan_week,
        coalesce(plans.plan_days, 7) as plan_days,
        plans.owner_team,
        plans.weeks_ahead,
        plans.planned_volume,
        cast(coalesce(actuals.entry_count, 0) as bigint) as actual_count,
        coalesce(actuals.entry_count, 0) - plans.planned_volume as error_volume,
        coalesce(actuals.entry_count, 0) between plans.low_80_volume and plans.high_80_volume
            as is_in_80_interval,
        coalesce(actuals.entry_count, 0) between plans.low_95_volume and plans.high_95_volume
            as is_in_95_interval,
        -- The plan for the rest of the week under way does not hold the whole week.
        coalesce(plans.plan_days, 7) = 7
        and plans.made_week = max(
            case when coalesce(plans.plan_days, 7) = 7 then plans.made_week end
        ) over (partition by plans.funnel, plans.node, plans.plan_week) as is_additive
    from ended_plans as plans
    left join actual_entries as actuals
        on
            plans.made_week = actuals.made_week
            and plans.funnel = actuals.funnel
            and plans.node = actuals.node
            and plans.plan_week = actuals.plan_week

)

select * from plan_actuals
