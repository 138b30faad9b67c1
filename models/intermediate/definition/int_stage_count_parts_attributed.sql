{# Grain: one row per period that has an earlier one, stage, cell (funnel and channel) and
   driver: the part of the change of the cell's entries that the driver explains (its Shapley
   share of the product of all factors). #}
{%- set cell = 'period_kind, period_start, earlier_start, stage, funnel, channel' -%}

with

periods as (select * from {{ ref('int_stage_count_periods_listed') }}),

levels as (select * from {{ ref('int_remaining_candidates_counted') }}),

points as ({{ shapley_points() }}),

period_pairs as (

    -- Where a version ended in the period, that version alone is compared with the period before.
    select
        period_kind,
        period_start,
        earlier_start,
        coalesce(max(case when evaluation != 'in_force' then evaluation end), 'in_force')
            as evaluation
    from periods
    where earlier_start is not null
    group by period_kind, period_start, earlier_start

),

factor_changes as (

    -- A factor that one of the periods does not know (nothing left to divide by) is that of the
    -- other.
    select
        period_pairs.period_kind,
        period_pairs.period_start,
        period_pairs.earlier_start,
        levels.stage,
        levels.funnel,
        levels.channel,
        levels.driver,
        levels.rule,
        levels.driver_number,
        {{ as_double('coalesce(earlier_levels.factor, levels.factor, 0)') }} as from_factor,
        {{ as_double('coalesce(levels.factor, earlier_levels.factor, 0)') }} as to_factor,
        levels.level_count - earlier_levels.level_count as level_change,
        case
            when levels.driver = 'mix' then levels.level_count + earlier_levels.level_count
        end as candidate_count
    from period_pairs
    inner join levels
        on
            period_pairs.period_kind = levels.period_kind
            and period_pairs.period_start = levels.period_start
            and period_pairs.evaluation = levels.evaluation
    inner join levels as earlier_levels
        on
            period_pairs.period_kind = earlier_levels.period_kind
            and period_pairs.earlier_start = earlier_levels.period_start
            and earlier_levels.evaluation = 'in_force'
            and levels.stage = earlier_levels.stage
            and levels.funnel = earlier_levels.funnel
            and levels.channel = earlier_levels.channel
            and levels.driver_number = earlier_levels.driver_number

),

cell_factors as (

    select
        *,
        to_factor - from_factor as factor_change,
        max(driver_number) over (partition by stage) as last_number,
        sum(candidate_count) over (partition by {{ cell }}) as cell_candidate_count
    from factor_changes

),

factor_points as (

    -- A cell without candidates in either period has nothing to explain.
    select
        cell_factors.*,
        points.point,
        points.weight,
        cell_factors.from_factor + points.point * cell_factors.factor_change as factor_at_point
    from cell_factors
    cross join points
    where cell_factors.cell_candidate_count > 0

),

entry_points as (

    -- The product of all factors of a cell: its entries at that point of the way.
    select
        *,
        case
            when min(factor_at_point) over (partition by {{ cell }}, point) > 0
                then exp(sum(case when factor_at_point > 0 then ln(factor_at_point) end) over (
                    partition by {{ cell }}, point
                ))
            else 0
        end as entries_at_point
    from factor_points

),

shapley_shares as (

    select
        {{ cell }},
        driver,
        rule,
        driver_number,
        last_number,
        level_change,
        sum(coalesce(
            weight * factor_change * entries_at_point / nullif(factor_at_point, 0), 0
        )) as share
    from entry_points
    group by {{ cell }}, driver, rule, driver_number, last_number, level_change

),

running_shares as (

    -- Rounded as running sums, and the last driver takes the rest, so that they add up exactly.
    select
        *,
        case
            when driver_number = last_number then level_change
            else cast(round(cast(
                sum(share) over (partition by {{ cell }} order by driver_number) as decimal(28, 8)
            ), 2) as decimal(18, 2))
        end as running_change
    from shapley_shares

),

int_stage_count_parts_attributed as (

    select
        {{ cell }},
        driver,
        rule,
        driver_number,
        cast(running_change - lag(running_change, 1, 0) over (
            partition by {{ cell }} order by driver_number
        ) as decimal(18, 2)) as change
    from running_shares

)

select * from int_stage_count_parts_attributed
