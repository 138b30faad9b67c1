with

lifecycle as (select * from {{ ref('fct_lifecycle') }} where visit_number = 1),

stages as (select stage from {{ ref('lifecycle_stages') }} where entered_by = 'definition'),

kpis as (select * from {{ ref('kpi_list') }} where denominator is null),

next_steps as (select * from {{ ref('int_conversion_steps_listed') }} where is_next),

-- Periods leave out what has no date.
undated_counts as (

    select
        stage,
        count(*) as stage_count
    from lifecycle
    where is_qualified and qualified_at is null
    group by stage

),

counts as (

    select
        'fct_lifecycle' as mart,
        stage,
        count(*) as stage_count
    from lifecycle
    where is_qualified
    group by stage
    union all
    select
        'definition_backtest' as mart,
        stage,
        sum(qualified_journey_count) as stage_count
    from {{ ref('definition_backtest') }}
    where evaluation = 'in_force'
    group by stage
    union all
    select
        'stage_volumes_by_period' as mart,
        stage,
        sum(qualified_count) as stage_count
    from {{ ref('stage_volumes_by_period') }}
    where period_kind in ('month', 'undated')
    group by stage
    union all
    select
        'stage_qualifications' as mart,
        stage,
        sum(passed_count) as stage_count
    from {{ ref('stage_qualifications') }}
    where qualification != 'bypass'
    group by stage
    union all
    select
        'conversion_cohorts' as mart,
        next_steps.stage,
        sum(cohorts.qualified_entered_count) as stage_count
    from {{ ref('conversion_cohorts') }} as cohorts
    inner join next_steps on cohorts.step = next_steps.step
    group by next_steps.stage
    union all
    select
        'kpi_scorecard_by_period' as mart,
        scorecard.stage,
        sum(scorecard.qualified_count) + coalesce(max(undated_counts.stage_count), 0)
            as stage_count
    from {{ ref('kpi_scorecard_by_period') }} as scorecard
    left join undated_counts on scorecard.stage = undated_counts.stage
    where scorecard.period_kind = 'month'
    group by scorecard.stage
    union all
    select
        'kpi_reviews_by_period' as mart,
        stages.stage,
        sum(kpi_values.actual) + coalesce(max(undated_counts.stage_count), 0) as stage_count
    from {{ ref('int_kpi_values_aggregated') }} as kpi_values
    inner join kpis on kpi_values.metric = kpis.metric
    inner join stages on kpis.numerator = 'entered_' || stages.stage
    left join undated_counts on stages.stage = undated_counts.stage
    where kpi_values.period_kind = 'month' and kpi_values.funnel = 'all'
    group by stages.stage

),

evaluated_counts as (

    select
        stage,
        count(*) as stage_count
    from {{ ref('int_qualifications_evaluated') }}
    where evaluation = 'in_force'
    group by stage

)

select
    counts.mart,
    counts.stage,
    counts.stage_count,
    coalesce(evaluated_counts.stage_count, 0) as evaluated_count
from counts
inner join stages on counts.stage = stages.stage
left join evaluated_counts on counts.stage = evaluated_counts.stage
where counts.stage_count != coalesce(evaluated_counts.stage_count, 0)
