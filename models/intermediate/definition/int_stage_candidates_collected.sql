{# Grain: one row per complete week or month, evaluation, stage of the definition and journey
   that met the stage or could have done so, with the rule that kept it out. #}
with

periods as (select * from {{ ref('int_stage_count_periods_listed') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

qualifications as (select * from {{ ref('int_qualifications_evaluated') }}),

touch_results as (select * from {{ ref('int_touch_results_evaluated') }}),

compared_evaluations as (select distinct evaluation from periods),

first_entries as (

    -- When the journey met the stage; without a date, before anything that is counted. Who passed a
    -- stage without meeting it is a bypass, and counted apart.
    select
        qualifications.evaluation,
        qualifications.journey_key,
        qualifications.stage,
        coalesce(qualifications.occurred_at, {{ start_of_time() }}) as entered_at
    from qualifications
    inner join compared_evaluations
        on qualifications.evaluation = compared_evaluations.evaluation

),

period_failures as (

    select
        periods.period_kind,
        periods.period_start,
        periods.evaluation,
        touch_results.stage,
        touch_results.journey_key,
        {{ last_by(
            'touch_results.failed_rule', 'row(touch_results.occurred_at, touch_results.touch_key)'
        ) }} as failed_rule,
        max(periods.next_starts_at) as next_starts_at
    from touch_results
    inner join periods
        on
            touch_results.evaluation = periods.evaluation
            and touch_results.occurred_at >= periods.starts_at
            and touch_results.occurred_at < periods.next_starts_at
    group by
        periods.period_kind, periods.period_start, periods.evaluation,
        touch_results.stage, touch_results.journey_key

),

period_candidates as (

    select
        periods.period_kind,
        periods.period_start,
        periods.evaluation,
        first_entries.stage,
        first_entries.journey_key,
        cast(null as {{ dbt.type_string() }}) as failed_rule,
        true as is_entered
    from first_entries
    inner join periods
        on
            first_entries.evaluation = periods.evaluation
            and first_entries.entered_at >= periods.starts_at
            and first_entries.entered_at < periods.next_starts_at
    union all
    -- A journey that entered before the end of the period is no longer a candidate that failed.
    select
        period_failures.period_kind,
        period_failures.period_start,
        period_failures.evaluation,
        period_failures.stage,
        period_failures.journey_key,
        period_failures.failed_rule,
        false as is_entered
    from period_failures
    left join first_entries
        on
            period_failures.evaluation = first_entries.evaluation
            and period_failures.stage = first_entries.stage
            and period_failures.journey_key = first_entries.journey_key
            and period_failures.next_starts_at > first_entries.entered_at
    where first_entries.journey_key is null

),

int_stage_candidates_collected as (

    select
        period_candidates.period_kind,
        period_candidates.period_start,
        period_candidates.evaluation,
        period_candidates.stage,
        period_candidates.journey_key,
        journeys.person_key,
        journeys.funnel,
        journeys.first_channel as channel,
        period_candidates.failed_rule,
        period_candidates.is_entered
    from period_candidates
    inner join journeys on period_candidates.journey_key = journeys.journey_key

)

select * from int_stage_candidates_collected
