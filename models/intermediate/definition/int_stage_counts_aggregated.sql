{# Grain: one row a complete week or month and stage that the definition decides: how many entered
   it (first visits), and how many of them in which way. #}
with

bases as (select * from {{ ref('int_stage_count_periods_listed') }}),

drivers as (select * from {{ ref('int_stage_count_drivers_listed') }}),

arrivals as (select * from {{ ref('int_stage_arrivals_collected') }}),

stages as (select distinct stage from drivers),

counted as (

    select
        bases.period_kind,
        bases.period_start,
        bases.earlier_start,
        bases.basis,
        stages.stage,
        count(arrivals.journey_key) as entered_count,
        count(arrivals.journey_key) filter (where arrivals.is_inferred) as inferred_count
    from bases
    cross join stages
    left join arrivals
        on
            bases.basis = arrivals.basis
            and stages.stage = arrivals.stage
            and bases.starts_at <= arrivals.entered_at
            and bases.next_starts_at > arrivals.entered_at
    group by
        bases.period_kind, bases.period_start, bases.earlier_start, bases.basis, stages.stage

),

int_stage_counts_aggregated as (

    select
        period_kind,
        period_start,
        earlier_start,
        stage,
        max(case when basis = 'in_force' then entered_count end) as entered_count,
        max(case when basis = 'in_force' then inferred_count end) as inferred_count,
        coalesce(
            max(case when basis != 'in_force' then entered_count - inferred_count end),
            max(case when basis = 'in_force' then entered_count - inferred_count end)
        ) as unchanged_version_count
    from counted
    group by period_kind, period_start, earlier_start, stage

)

select * from int_stage_counts_aggregated
