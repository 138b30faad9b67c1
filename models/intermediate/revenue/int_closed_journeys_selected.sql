{# Grain: one row a journey that became a lead and has come to an end: won, or gone without it. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

nodes as (

    select
        max(case when planning_node = 'lead' then stage_order end) as lead_order,
        max(case when planning_node = 'win' then stage_order end) as win_order
    from stages

),

told as (

    select
        lifecycle.journey_key,
        lifecycle.funnel,
        max(
            case
                when not stages.is_exit and stages.stage_order <= nodes.win_order
                    then stages.stage_order
            end
        ) as reached_order,
        min(case when stages.planning_node = 'win' then lifecycle.entered_at end) as won_at,
        max(case when stages.planning_node = 'win' then 1 end) as won_mark,
        sum(case when stages.planning_node = 'win' then lifecycle.amount end) as won_amount,
        max(case when stages.is_exit and lifecycle.is_current then lifecycle.entered_at end)
            as gone_at
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    cross join nodes
    group by lifecycle.journey_key, lifecycle.funnel

),

int_closed_journeys_selected as (

    -- Who was won stays won, whatever came after.
    select
        told.journey_key,
        told.funnel,
        told.reached_order,
        cast(coalesce(told.won_amount, 0) as decimal(18, 2)) as won_amount,
        told.won_mark is not null as is_won,
        case when told.won_mark is not null then told.won_at else told.gone_at end
            as concluded_at
    from told
    cross join nodes
    where
        told.reached_order >= nodes.lead_order
        and (told.won_at is not null or (told.won_mark is null and told.gone_at is not null))

)

select * from int_closed_journeys_selected
