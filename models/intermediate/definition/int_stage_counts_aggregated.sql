{# Grain: one row per complete week or month and stage that the definition decides: the journeys
   that met it, the count had the version not changed, and the bypasses. #}
with

periods as (select * from {{ ref('int_stage_count_periods_listed') }}),

candidates as (select * from {{ ref('int_stage_candidates_collected') }}),

stages as (select distinct stage from {{ ref('int_stage_count_drivers_listed') }}),

bypasses as (

    select * from {{ ref('fct_lifecycle') }}
    where stage_entry_number = 1 and qualification in ('bypass', 'qualified_later')

),

evaluation_counts as (

    select
        periods.period_kind,
        periods.period_start,
        periods.earlier_start,
        periods.evaluation,
        stages.stage,
        count(*) filter (where candidates.is_entered) as entered_count
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

bypass_counts as (

    select
        periods.period_kind,
        periods.period_start,
        bypasses.stage,
        count(*) as bypass_count
    from periods
    inner join bypasses
        on
            periods.starts_at <= bypasses.entered_at
            and periods.next_starts_at > bypasses.entered_at
    where periods.evaluation = 'in_force'
    group by periods.period_kind, periods.period_start, bypasses.stage

),

period_counts as (

    -- Without a version that ended, the count by rules is the one in force.
    select
        period_kind,
        period_start,
        earlier_start,
        stage,
        max(entered_count) filter (where evaluation = 'in_force') as entered_count,
        coalesce(
            max(entered_count) filter (where evaluation != 'in_force'),
            max(entered_count) filter (where evaluation = 'in_force')
        ) as unchanged_version_count
    from evaluation_counts
    group by period_kind, period_start, earlier_start, stage

),

int_stage_counts_aggregated as (

    select
        period_counts.*,
        coalesce(bypass_counts.bypass_count, 0) as bypass_count
    from period_counts
    left join bypass_counts
        on
            period_counts.period_kind = bypass_counts.period_kind
            and period_counts.period_start = bypass_counts.period_start
            and period_counts.stage = bypass_counts.stage

)

select * from int_stage_counts_aggregated
