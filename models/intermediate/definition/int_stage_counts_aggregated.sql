{# Grain: one row a complete week or month and stage that the definition decides: how many entered
   it (first visits), and how many of them in which way. #}
with

evaluations as (select * from {{ ref('int_stage_count_periods_listed') }}),

drivers as (select * from {{ ref('int_stage_count_drivers_listed') }}),

arrivals as (select * from {{ ref('int_stage_arrivals_collected') }}),

stages as (select distinct stage from drivers),

counted as (

    select
        evaluations.period_kind,
        evaluations.period_start,
        evaluations.earlier_start,
        evaluations.evaluation,
        stages.stage,
        count(arrivals.journey_key) as entered_count,
        count(arrivals.journey_key) filter (where arrivals.is_inferred) as inferred_count
    from evaluations
    cross join stages
    left join arrivals
        on
            evaluations.evaluation = arrivals.evaluation
            and stages.stage = arrivals.stage
            and evaluations.starts_at <= arrivals.entered_at
            and evaluations.next_starts_at > arrivals.entered_at
    group by
        evaluations.period_kind, evaluations.period_start, evaluations.earlier_start, evaluations.evaluation, stages.stage

),

int_stage_counts_aggregated as (

    select
        period_kind,
        period_start,
        earlier_start,
        stage,
        max(case when evaluation = 'in_force' then entered_count end) as entered_count,
        max(case when evaluation = 'in_force' then inferred_count end) as inferred_count,
        coalesce(
            max(case when evaluation != 'in_force' then entered_count - inferred_count end),
            max(case when evaluation = 'in_force' then entered_count - inferred_count end)
        ) as unchanged_version_count
    from counted
    group by period_kind, period_start, earlier_start, stage

)

select * from int_stage_counts_aggregated
