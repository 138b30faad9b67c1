{# Grain: one row per period, evaluation, stage, cell (funnel and channel) and driver: the
   candidates that are left after the driver, and its factor: that level as a share of the level
   before. Includes zeros. #}
{%- set cell = 'period_kind, period_start, evaluation, stage, funnel, channel' -%}

with

periods as (select * from {{ ref('int_stage_count_periods_listed') }}),

candidates as (select * from {{ ref('int_stage_candidates_collected') }}),

drivers as (select * from {{ ref('int_stage_count_drivers_listed') }}),

failure_counts as (

    select
        candidates.period_kind,
        candidates.period_start,
        candidates.evaluation,
        candidates.stage,
        candidates.funnel,
        candidates.channel,
        failed_drivers.driver_number as failed_number,
        count(*) as journey_count
    from candidates
    left join drivers as failed_drivers
        on
            candidates.stage = failed_drivers.stage
            and candidates.failed_rule = failed_drivers.rule
    group by
        candidates.period_kind, candidates.period_start, candidates.evaluation,
        candidates.stage, candidates.funnel, candidates.channel, failed_drivers.driver_number

),

cells as (

    select distinct
        stage,
        funnel,
        channel
    from candidates

),

cell_levels as (

    select
        periods.period_kind,
        periods.period_start,
        periods.evaluation,
        cells.stage,
        cells.funnel,
        cells.channel,
        drivers.driver,
        drivers.rule,
        drivers.driver_number,
        cast(coalesce(sum(failure_counts.journey_count) filter (
            where
            failure_counts.failed_number is null
            or failure_counts.failed_number > drivers.driver_number
        ), 0) as bigint) as cell_count
    from periods
    cross join cells
    inner join drivers on cells.stage = drivers.stage
    left join failure_counts
        on
            periods.period_kind = failure_counts.period_kind
            and periods.period_start = failure_counts.period_start
            and periods.evaluation = failure_counts.evaluation
            and cells.stage = failure_counts.stage
            and cells.funnel = failure_counts.funnel
            and cells.channel = failure_counts.channel
    group by
        periods.period_kind, periods.period_start, periods.evaluation, cells.stage, cells.funnel,
        cells.channel, drivers.driver, drivers.rule, drivers.driver_number

),

levels as (

    -- Volume is the level of the whole company; mix is the cell's share of it.
    select
        *,
        cast(case when driver = 'volume' then sum(cell_count) over (
            partition by period_kind, period_start, evaluation, stage, driver_number
        ) else cell_count end as bigint) as level_count
    from cell_levels

),

int_remaining_candidates_counted as (

    select
        {{ cell }},
        driver,
        rule,
        driver_number,
        level_count,
        cast(cast(level_count as decimal(18, 0)) / nullif(lag(level_count, 1, 1) over (
            partition by {{ cell }} order by driver_number
        ), 0) as decimal(28, 10)) as factor
    from levels

)

select * from int_remaining_candidates_counted
