{# Grain: one row per month or quarter, funnel and driver of the KPI tree. New revenue = closed
   journeys (volume) x the funnel's share (mix) x the rate of each stage x the average amount won
   (opportunity_value); expansion and renewal are drivers of their own. A level is what is left of
   the volume after the driver; its factor is the level divided by the level above. As with the win
   rate, open journeys are in neither part of a rate, so that no rate exceeds one. #}
with

periods as (

    select * from {{ ref('int_reporting_periods_listed') }}
    where period_kind != 'week' and is_started

),

stages as (

    select
        *,
        max(case when planning_node = 'lead' then stage_order end) over () as lead_order,
        max(case when planning_node = 'win' then stage_order end) over () as win_order
    from {{ ref('lifecycle_stages') }}

),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

later_wins as (

    select * from {{ ref('dim_opportunities') }}
    where outcome = 'won' and revenue_type in ('expansion', 'renewal')

),

funnels as (select * from {{ ref('funnels') }}),

drivers as (

    select
        'volume' as driver,
        'Closed journeys' as driver_name,
        'new' as revenue_type,
        owner_team,
        0 as driver_order
    from stages
    where planning_node = 'lead'
    union all
    select
        case when planning_node = 'lead' then 'mix' else stage end as driver,
        case
            when planning_node = 'lead' then 'Share of the funnel'
            else 'Rate to ' || stage_name
        end as driver_name,
        'new' as revenue_type,
        owner_team,
        stage_order as driver_order
    from stages
    where not is_exit and stage_order between lead_order and win_order
    union all
    select
        'opportunity_value' as driver,
        'Average amount won' as driver_name,
        'new' as revenue_type,
        owner_team,
        win_order + 1 as driver_order
    from stages
    where planning_node = 'win'
    union all
    select
        'expansion' as driver,
        'Expansion' as driver_name,
        'expansion' as revenue_type,
        owner_team,
        win_order + 2 as driver_order
    from stages
    where entered_by = 'expansion_won'
    union all
    select
        'renewal' as driver,
        'Renewals' as driver_name,
        'renewal' as revenue_type,
        owner_team,
        win_order + 3 as driver_order
    from stages
    where entered_by = 'renewal_won'

),

numbered_drivers as (

    select
        *,
        row_number() over (order by driver_order) as driver_number
    from drivers

),

journey_results as (

    select
        lifecycle.journey_key,
        lifecycle.funnel,
        max(
            case
                when not stages.is_exit and stages.stage_order <= stages.win_order
                    then stages.stage_order
            end
        ) as reached_order,
        max(stages.lead_order) as lead_order,
        coalesce(bool_or(stages.planning_node = 'win'), false) as is_won,
        min(case when stages.planning_node = 'win' then lifecycle.entered_at end) as won_at,
        sum(case when stages.planning_node = 'win' then lifecycle.amount end) as won_amount,
        max(case when stages.is_exit and lifecycle.is_current then lifecycle.entered_at end)
            as exited_at
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    group by lifecycle.journey_key, lifecycle.funnel

),

closed_journeys as (

    -- Journeys that became a lead and have ended. A won journey stays won, whatever came after.
    select
        funnel,
        reached_order,
        coalesce(won_amount, 0) as won_amount,
        is_won,
        case when is_won then won_at else exited_at end as closed_at
    from journey_results
    where
        reached_order >= lead_order
        and case when is_won then won_at else exited_at end is not null

),

driver_amounts as (

    select
        closed_journeys.funnel,
        drivers.driver,
        case
            when drivers.driver = 'opportunity_value' then closed_journeys.won_amount
            else 1
        end as amount,
        closed_journeys.closed_at
    from closed_journeys
    inner join drivers
        on
            drivers.revenue_type = 'new'
            and case
                when drivers.driver = 'opportunity_value' then closed_journeys.is_won
                else closed_journeys.reached_order >= drivers.driver_order
            end
    union all
    select
        funnel,
        revenue_type as driver,
        won_amount as amount,
        closed_at
    from later_wins

),

driver_sums as (

    select
        periods.period_kind,
        periods.period_start,
        driver_amounts.funnel,
        driver_amounts.driver,
        sum(driver_amounts.amount) as level
    from driver_amounts
    inner join periods
        on {{ falls_in('driver_amounts.closed_at', 'periods') }}
    group by
        periods.period_kind, periods.period_start, driver_amounts.funnel, driver_amounts.driver

),

driver_levels as (

    -- The volume is that of the whole company; the mix is the funnel's share of it.
    select
        periods.period_kind,
        periods.period_start,
        funnels.funnel,
        drivers.driver,
        drivers.driver_name,
        drivers.revenue_type,
        drivers.owner_team,
        drivers.driver_number,
        case
            when drivers.driver = 'volume'
                then sum(coalesce(driver_sums.level, 0)) over (
                    partition by periods.period_kind, periods.period_start, drivers.driver
                )
            else coalesce(driver_sums.level, 0)
        end as level
    from periods
    cross join funnels
    cross join numbered_drivers as drivers
    left join driver_sums
        on
            periods.period_kind = driver_sums.period_kind
            and periods.period_start = driver_sums.period_start
            and funnels.funnel = driver_sums.funnel
            and drivers.driver = driver_sums.driver

),

int_kpi_tree_drivers_measured as (

    select
        period_kind,
        period_start,
        funnel,
        revenue_type,
        driver,
        driver_name,
        owner_team,
        driver_number,
        cast(level as decimal(18, 2)) as level,
        case when revenue_type = 'new' then cast(level / nullif(lag(level, 1, 1) over (
            partition by period_kind, period_start, funnel order by driver_number
        ), 0) as decimal(28, 10)) end as factor
    from driver_levels

)

select * from int_kpi_tree_drivers_measured
