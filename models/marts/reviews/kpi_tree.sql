{# Grain: one row a month or quarter, the period it is compared with, funnel and driver: the
   driver's part in the change of what was won. #}
{%- set cell = 'period_kind, period_start, comparison, funnel' -%}

with

changes as (select * from {{ ref('int_tree_changes_measured') }}),

points as ({{ shapley_points() }}),

moved as (

    -- Shapley's shares of a product, as Owen's integral: all factors go the same part of their way
    -- together, and each is asked what its next step is worth.
    select
        changes.*,
        points.point,
        points.weight,
        changes.from_factor + points.point * (changes.to_factor - changes.from_factor)
            as factor_there
    from changes
    cross join points
    where changes.business = 'new'

),

multiplied as (

    select
        *,
        case when min(factor_there) over (partition by {{ cell }}, point) > 0 then exp(
            sum(case when factor_there > 0 then ln(factor_there) else 0 end) over (
                partition by {{ cell }}, point
            )
        ) else 0 end as revenue_there
    from moved

),

shared as (

    select
        {{ cell }},
        earlier_start,
        driver,
        owner_team,
        driver_number,
        earlier_factor,
        factor,
        earlier_level,
        level,
        coalesce(sum(
            weight * (to_factor - from_factor) * revenue_there / nullif(factor_there, 0)
        ), 0) as part
    from multiplied
    group by
        {{ cell }}, earlier_start, driver, owner_team, driver_number,
        earlier_factor, factor, earlier_level, level

),

explained as (

    -- Rounded as they run, and the last one takes what is left, so that cents add up to the change.
    select
        *,
        case
            when driver = 'deal value' then level - earlier_level
            else cast(round(cast(
                sum(part) over (partition by {{ cell }} order by driver_number) as decimal(28, 8)
            ), 2) as decimal(18, 2))
        end as explained_amount
    from shared

),

kpi_tree as (

    select
        {{ cell }},
        earlier_start,
        driver,
        owner_team,
        driver_number,
        earlier_factor,
        factor,
        cast(explained_amount - lag(explained_amount, 1, 0) over (
            partition by {{ cell }} order by driver_number
        ) as decimal(18, 2)) as change_amount
    from explained
    union all
    select
        {{ cell }},
        earlier_start,
        driver,
        owner_team,
        driver_number,
        null as earlier_factor,
        null as factor,
        cast(level - earlier_level as decimal(18, 2)) as change_amount
    from changes
    where business != 'new'

)

select * from kpi_tree
