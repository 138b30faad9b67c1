{# Grain: one row per evaluation (the definition in force, or one version alone), stage that the
   definition decides, funnel, first channel and month in which journeys started: how many
   journeys it qualifies, and how many of them won. #}
with

journeys as (

    select
        *,
        cast({{ period_start('month', 'started_at') }} as date) as journey_start_month
    from {{ ref('fct_journeys') }}

),

open_journeys as (select * from {{ ref('open_journeys') }}),

stages as (select distinct stage from {{ ref('int_touch_kinds_scored') }}),

evaluations as (

    select
        evaluation,
        case when evaluation != 'in_force' then max(definition_version) end as definition_version,
        bool_or(is_draft) as is_draft
    from {{ ref('int_evaluation_versions_dated') }}
    group by evaluation

),

qualifications as (

    select
        evaluation,
        journey_key,
        stage,
        -- What has no date came first.
        coalesce(occurred_at, {{ start_of_time() }}) as qualified_at
    from {{ ref('int_qualifications_evaluated') }}

),

journey_results as (

    select
        evaluations.evaluation,
        evaluations.definition_version,
        evaluations.is_draft,
        stages.stage,
        journeys.funnel,
        journeys.first_channel,
        journeys.journey_start_month,
        journeys.has_win,
        journeys.won_amount,
        journeys.win_at,
        -- What an open journey is expected to win; of a customer what it has won.
        case
            when journeys.has_win then coalesce(journeys.won_amount, 0)
            else coalesce(open_journeys.expected_amount, 0)
        end as worth_amount,
        qualifications.journey_key is not null as is_qualified,
        in_force_qualifications.journey_key is not null as is_qualified_in_force,
        journeys.has_win and coalesce(
            qualifications.qualified_at <= {{ or_end('journeys.win_at') }}, false
        ) as is_qualified_before_win,
        qualifications.qualified_at
    from evaluations
    cross join stages
    cross join journeys
    left join open_journeys on journeys.journey_key = open_journeys.journey_key
    left join qualifications
        on
            evaluations.evaluation = qualifications.evaluation
            and stages.stage = qualifications.stage
            and journeys.journey_key = qualifications.journey_key
    left join qualifications as in_force_qualifications
        on
            in_force_qualifications.evaluation = 'in_force'
            and stages.stage = in_force_qualifications.stage
            and journeys.journey_key = in_force_qualifications.journey_key

),

journey_waits as (

    select
        *,
        case
            when
                is_qualified_before_win
                and qualified_at > {{ start_of_time() }}
                and win_at is not null
                then {{ days_between('qualified_at', 'win_at') }}
        end as wait_days
    from journey_results

),

definition_backtest as (

    select
        evaluation,
        definition_version,
        stage,
        funnel,
        first_channel,
        count(*) as journey_count,
        count(*) filter (where is_qualified) as qualified_journey_count,
        count(*) filter (where is_qualified and has_win) as qualified_win_count,
        count(*) filter (where is_qualified and not is_qualified_in_force) as entering_count,
        count(*) filter (where is_qualified_in_force and not is_qualified) as leaving_count,
        cast(coalesce(
            sum(worth_amount) filter (where is_qualified and not is_qualified_in_force), 0
        ) as decimal(18, 2)) as entering_amount,
        cast(coalesce(
            sum(worth_amount) filter (where is_qualified_in_force and not is_qualified), 0
        ) as decimal(18, 2)) as leaving_amount,
        count(*) filter (where has_win) as win_count,
        count(*) filter (where is_qualified_before_win) as qualified_before_win_count,
        count(wait_days) as dated_win_count,
        cast(coalesce(sum(won_amount), 0) as decimal(18, 2)) as won_amount,
        cast(coalesce(
            sum(won_amount) filter (where is_qualified_before_win), 0
        ) as decimal(18, 2)) as qualified_before_win_amount,
        cast(coalesce(sum(wait_days), 0) as decimal(18, 2)) as qualified_to_win_days,
        is_draft,
        evaluation = 'in_force' as is_additive,
        journey_start_month
    from journey_waits
    group by
        evaluation, definition_version, stage, funnel, first_channel, is_draft, journey_start_month

)

select * from definition_backtest
