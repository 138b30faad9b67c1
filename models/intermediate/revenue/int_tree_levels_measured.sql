{# Grain: one row a month or quarter, funnel and driver: what is left of the volume at this level,
   and what the driver multiplied the level above by. #}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where period_kind != 'week'),

drivers as (select * from {{ ref('int_tree_drivers_listed') }}),

journeys as (select * from {{ ref('int_closed_journeys_selected') }}),

deals as (select * from {{ ref('int_opportunities_described') }} where outcome = 'won' and business != 'new'),

funnels as (select * from {{ ref('funnels') }}),

told as (

    select
        journeys.funnel,
        drivers.driver,
        case when drivers.driver = 'deal value' then journeys.won_amount else 1 end as level,
        journeys.concluded_at as told_at
    from journeys
    inner join drivers
        on
            journeys.reached_order >= drivers.driver_order
            or (journeys.is_won and drivers.driver = 'deal value')
    union all
    select
        funnel,
        business as driver,
        won_amount as level,
        closed_at as told_at
    from deals

),

summed as (

    select
        periods.period_kind,
        periods.period_start,
        told.funnel,
        told.driver,
        sum(told.level) as level
    from told
    inner join periods
        on {{ falls_in('told.told_at') }}
    group by periods.period_kind, periods.period_start, told.funnel, told.driver

),

levels as (

    select
        periods.period_kind,
        periods.period_start,
        funnels.funnel,
        drivers.driver,
        drivers.business,
        drivers.owner_team,
        drivers.driver_number,
        case
            -- The volume is the whole company's; the mix says how much of it is this funnel's.
            when drivers.driver = 'volume'
                then sum(coalesce(summed.level, 0)) over (
                    partition by periods.period_kind, periods.period_start, drivers.driver
                )
            else coalesce(summed.level, 0)
        end as level
    from periods
    cross join funnels
    cross join drivers
    left join summed
        on
            periods.period_kind = summed.period_kind
            and periods.period_start = summed.period_start
            and funnels.funnel = summed.funnel
            and drivers.driver = summed.driver

),

int_tree_levels_measured as (

    select
        period_kind,
        period_start,
        funnel,
        business,
        driver,
        owner_team,
        driver_number,
        cast(level as decimal(18, 2)) as level,
        case when business = 'new' then cast(level / nullif(lag(level, 1, 1) over (
            partition by period_kind, period_start, funnel order by driver_number
        ), 0) as decimal(28, 10)) end as factor
    from levels

)

select * from int_tree_levels_measured
