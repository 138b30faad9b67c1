{# Grain: one row a complete week or month, evaluation, stage and journey that came into question there
   for the stage: that it entered, or by which rule it did not. #}
with

periods as (select * from {{ ref('int_stage_count_periods_listed') }}),

tried as (select * from {{ ref('int_touch_results_evaluated') }}),

arrivals as (select * from {{ ref('int_stage_arrivals_collected') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

journeys as (

    select
        journey_key,
        max(person_key) as person_key,
        max(funnel) as funnel,
        coalesce(max(first_channel), 'unknown') as channel
    from lifecycle
    group by journey_key

),

asked as (

    select
        periods.period_kind,
        periods.period_start,
        periods.evaluation,
        tried.stage,
        tried.journey_key,
        {{ last_by('tried.failed_rule', 'row(tried.occurred_at, tried.touch_key)') }}
            as failed_rule,
        max(periods.next_starts_at) as next_starts_at
    from tried
    inner join periods
        on
            tried.evaluation = periods.evaluation
            and tried.occurred_at >= periods.starts_at
            and tried.occurred_at < periods.next_starts_at
    group by
        periods.period_kind, periods.period_start, periods.evaluation, tried.stage, tried.journey_key

),

in_question as (

    -- Who was there before, or was filled in by the period's end, is not in question any more.
    select
        periods.period_kind,
        periods.period_start,
        periods.evaluation,
        arrivals.stage,
        arrivals.journey_key,
        null as failed_rule,
        true as is_entered
    from arrivals
    inner join periods
        on
            arrivals.evaluation = periods.evaluation
            and arrivals.entered_at >= periods.starts_at
            and arrivals.entered_at < periods.next_starts_at
    where not arrivals.is_inferred
    union all
    select
        asked.period_kind,
        asked.period_start,
        asked.evaluation,
        asked.stage,
        asked.journey_key,
        asked.failed_rule,
        false as is_entered
    from asked
    left join arrivals
        on
            asked.evaluation = arrivals.evaluation
            and asked.stage = arrivals.stage
            and asked.journey_key = arrivals.journey_key
            and asked.next_starts_at > arrivals.entered_at
    where arrivals.journey_key is null

),

int_stage_candidates_collected as (

    select
        in_question.period_kind,
        in_question.period_start,
        in_question.evaluation,
        in_question.stage,
        in_question.journey_key,
        journeys.person_key,
        journeys.funnel,
        journeys.channel,
        in_question.failed_rule,
        in_question.is_entered
    from in_question
    inner join journeys on in_question.journey_key = journeys.journey_key

)

select * from int_stage_candidates_collected
