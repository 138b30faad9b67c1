{# Grain: one row a period, evaluation, stage, cell (funnel and channel) and driver: how many of the
   journeys that came into question are left, and what part of the level above that is; zeros too. #}
{%- set cell = 'period_kind, period_start, evaluation, stage, funnel, channel' -%}

with

evaluations as (select * from {{ ref('int_stage_count_periods_listed') }}),

candidates as (select * from {{ ref('int_stage_candidates_collected') }}),

drivers as (select * from {{ ref('int_stage_count_drivers_listed') }}),

tallied as (

    select
        candidates.period_kind,
        candidates.period_start,
        candidates.evaluation,
        candidates.stage,
        candidates.funnel,
        candidates.channel,
        failed.driver_number as failed_number,
        count(*) as journey_count
    from candidates
    left join drivers as failed
        on
            candidates.stage = failed.stage
            and candidates.failed_rule = failed.rule
    group by
        candidates.period_kind, candidates.period_start, candidates.evaluation,
        candidates.stage, candidates.funnel, candidates.channel, failed.driver_number

),

cells as (

    select distinct
        stage,
        funnel,
        channel
    from candidates

),

left_over as (

    select
        evaluations.period_kind,
        evaluations.period_start,
        evaluations.evaluation,
        cells.stage,
        cells.funnel,
        cells.channel,
        drivers.driver,
        drivers.rule,
        drivers.driver_number,
        cast(coalesce(sum(tallied.journey_count) filter (
            where
            tallied.failed_number is null or tallied.failed_number > drivers.driver_number
        ), 0) as bigint) as cell_count
    from evaluations
    cross join cells
    inner join drivers on cells.stage = drivers.stage
    left join tallied
        on
            evaluations.period_kind = tallied.period_kind
            and evaluations.period_start = tallied.period_start
            and evaluations.evaluation = tallied.evaluation
            and cells.stage = tallied.stage
            and cells.funnel = tallied.funnel
            and cells.channel = tallied.channel
    group by
        evaluations.period_kind, evaluations.period_start, evaluations.evaluation, cells.stage, cells.funnel,
        cells.channel, drivers.driver, drivers.rule, drivers.driver_number

),

levels as (

    select
        *,
        cast(case when driver = 'volume' then sum(cell_count) over (
            partition by period_kind, period_start, evaluation, stage, driver_number
        ) else cell_count end as bigint) as level_count
    from left_over

),

int_stage_count_levels_counted as (

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

select * from int_stage_count_levels_counted
