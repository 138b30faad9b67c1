{# Grain: one row per month or quarter, comparison, funnel and driver: the driver's share in the
   change of bookings. #}
{%- set cell = 'period_kind, period_start, comparison, funnel' -%}

with

periods as (

    select * from {{ ref('int_reporting_periods_listed') }}
    where period_kind != 'week' and is_started

),

levels as (select * from {{ ref('int_kpi_tree_drivers_measured') }}),

points as ({{ shapley_points() }}),

sources as (

    select * from {{ ref('int_kpi_sources_evaluated') }}
    where metric = 'win_rate' and channel = 'all'

),

comparisons as (

    select
        period_kind,
        period_start,
        'prior' as comparison,
        prior_start as earlier_start
    from periods
    where prior_start is not null
    union all
    select
        period_kind,
        period_start,
        'year_before' as comparison,
        year_before_start as earlier_start
    from periods
    where year_before_start is not null

),

driver_changes as (

    -- A factor that is unknown in one of the periods (no win has no value) counts as unchanged.
    select
        comparisons.*,
        levels.funnel,
        levels.revenue_type,
        levels.driver,
        levels.driver_name,
        levels.owner_team,
        levels.driver_number,
        earlier_levels.factor as earlier_driver_value,
        levels.factor,
        coalesce(earlier_levels.factor, levels.factor, 0) as from_factor,
        coalesce(levels.factor, earlier_levels.factor, 0) as to_factor,
        earlier_levels.level as earlier_level,
        levels.level
    from comparisons
    inner join levels
        on
            comparisons.period_kind = levels.period_kind
            and comparisons.period_start = levels.period_start
    inner join levels as earlier_levels
        on
            comparisons.period_kind = earlier_levels.period_kind
            and comparisons.earlier_start = earlier_levels.period_start
            and levels.funnel = earlier_levels.funnel
            and levels.driver = earlier_levels.driver

),

moved_factors as (

    select
        driver_changes.*,
        points.point,
        points.weight,
        driver_changes.from_factor
        + points.point * (driver_changes.to_factor - driver_changes.from_factor) as moved_factor
    from driver_changes
    cross join points
    where driver_changes.revenue_type = 'new'

),

moved_revenues as (

    -- All factors move together; their product is the revenue at that point of the way.
    select
        *,
        case when min(moved_factor) over (partition by {{ cell }}, point) > 0 then exp(
            sum(case when moved_factor > 0 then ln(moved_factor) else 0 end) over (
                partition by {{ cell }}, point
            )
        ) else 0 end as moved_revenue
    from moved_factors

),

driver_shares as (

    -- Shapley's shares: each driver's next step is worth its change times the rest of the product.
    select
        {{ cell }},
        earlier_start,
        driver,
        driver_name,
        owner_team,
        driver_number,
        earlier_driver_value,
        factor,
        earlier_level,
        level,
        coalesce(sum(
            weight * (to_factor - from_factor) * moved_revenue / nullif(moved_factor, 0)
        ), 0) as share_amount
    from moved_revenues
    group by
        {{ cell }}, earlier_start, driver, driver_name, owner_team, driver_number,
        earlier_driver_value, factor, earlier_level, level

),

running_shares as (

    -- The running total is rounded, and ends with the whole change, so that cents add up.
    select
        *,
        case
            when driver = 'opportunity_value' then level - earlier_level
            else cast(round(cast(
                sum(share_amount) over (partition by {{ cell }} order by driver_number)
                as decimal(28, 8)
            ), 2) as decimal(18, 2))
        end as running_amount
    from driver_shares

),

all_changes as (

    select
        {{ cell }},
        earlier_start,
        driver,
        driver_name,
        owner_team,
        driver_number,
        earlier_driver_value,
        factor as driver_value,
        cast(running_amount - lag(running_amount, 1, 0) over (
            partition by {{ cell }} order by driver_number
        ) as decimal(18, 2)) as change_amount,
        period_kind = 'month' and comparison = 'prior' as is_additive
    from running_shares
    union all
    select
        {{ cell }},
        earlier_start,
        driver,
        driver_name,
        owner_team,
        driver_number,
        null as earlier_driver_value,
        null as driver_value,
        cast(level - earlier_level as decimal(18, 2)) as change_amount,
        period_kind = 'month' and comparison = 'prior' as is_additive
    from driver_changes
    where revenue_type != 'new'

),

kpi_tree_by_period as (

    select
        all_changes.*,
        {{ period_name('all_changes.period_kind', 'all_changes.period_start') }} as period_name,
        {{ kpi_status('sources.is_recorded', 'sources.is_silent', 'sources.is_complete') }}
            as status
    from all_changes
    inner join sources
        on
            all_changes.period_kind = sources.period_kind
            and all_changes.period_start = sources.period_start

)

select * from kpi_tree_by_period
