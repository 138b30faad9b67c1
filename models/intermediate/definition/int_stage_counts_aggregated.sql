{# Grain: one row per complete week or month and stage that the definition decides: the journeys
   that entered it for the first time, the part of them that was filled in, and the count had the
   version not changed. #}
with

periods as (select * from {{ ref('int_stage_count_periods_listed') }}),

candidates as (select * from {{ ref('int_count_change_journeys_collected') }}),

stages as (select distinct stage from {{ ref('int_stage_count_drivers_listed') }}),

evaluation_counts as (

    select
        periods.period_kind,
        periods.period_start,
        periods.earlier_start,
        periods.evaluation,
        stages.stage,
        count(*) filter (where candidates.is_entered) as entered_count,
        count(*) filter (where candidates.is_entered and candidates.is_inferred) as inferred_count
    from periods
    cross join stages
    left join candidates
        on
            periods.period_kind = candidates.period_kind
            and periods.period_start = candidates.period_start
            and periods.evaluation = candidates.evaluation
            and stages.stage = candidates.stage
    group by
        periods.period_kind, periods.period_start, periods.earlier_start, periods.evaluation,
        stages.stage

),

int_stage_counts_aggregated as (

    -- Without a version that ended, the count by rules is the one in force.
    select
        period_kind,
        period_start,
        earlier_start,
        stage,
        max(entered_count) filter (where evaluation = 'in_force') as entered_count,
        max(inferred_count) filter (where evaluation = 'in_force') as inferred_count,
        coalesce(
            max(entered_count - inferred_count) filter (where evaluation != 'in_force'),
            max(entered_count - inferred_count) filter (where evaluation = 'in_force')
        ) as unchanged_version_count
    from evaluation_counts
    group by period_kind, period_start, earlier_start, stage

)

select * from int_stage_counts_aggregated
