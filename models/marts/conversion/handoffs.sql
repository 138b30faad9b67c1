{# Grain: one row per journey handed from one team to the next (MQL to sales, customer to account
   services): how it was answered, how fast, what followed, and what comparable handoffs that were
   accepted in time are worth. A skipped stage was never handed over. #}
{#- Points of one band of the score. -#}
{%- set band_width = 15 -%}
with

journey_steps as (select * from {{ ref('fct_journey_steps') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

open_journeys as (select * from {{ ref('open_journeys') }}),

qualifications as (

    select * from {{ ref('int_qualifications_evaluated') }} where evaluation = 'in_force'

),

handoff_steps as (select * from journey_steps where is_handoff and not is_inferred),

next_steps as (select * from journey_steps where is_next),

handoff_ends as (

    -- Once the receiving team has begun, the next step shows whether it sent the journey away.
    select
        handoff_steps.*,
        stages.owner_team as from_team,
        stages.stage_order,
        stages.time_limit_days,
        handoff_steps.step_result = 'converted' as is_worked,
        coalesce(next_steps.end_stage, handoff_steps.end_stage) as final_stage,
        coalesce(next_steps.end_reason, handoff_steps.end_reason) as final_reason,
        {{ days_between('handoff_steps.entered_at', 'handoff_steps.ended_at') }} as answer_days,
        {{ add_days('handoff_steps.entered_at', 'stages.time_limit_days') }} as due_at
    from handoff_steps
    inner join stages on handoff_steps.from_stage = stages.stage
    left join next_steps
        on
            handoff_steps.journey_key = next_steps.journey_key
            and handoff_steps.to_stage = next_steps.from_stage

),

handoff_answers as (

    -- Turned away is a journey that was disqualified or sent back before it passed the receiving
    -- team's first stage. A journey that was lost or churned there had been accepted.
    select
        handoff_ends.*,
        case
            when final_stages.entered_by = 'disqualification' then 'rejected'
            when not final_stages.is_exit then 'recycled'
            when handoff_ends.is_worked then 'accepted'
            else 'never_worked'
        end as answer,
        case
            when not handoff_ends.has_all_dates then 'undated'
            when handoff_ends.ended_at <= handoff_ends.due_at then 'in_time'
            when handoff_ends.ended_at is not null then 'late'
            when handoff_ends.due_at < {{ cutoff() }} then 'overdue'
            else 'waiting'
        end as timing
    from handoff_ends
    left join stages as final_stages on handoff_ends.final_stage = final_stages.stage

),

evaluated_handoffs as (

    select
        *,
        journey_step_key as handoff_key,
        case
            when answer in ('rejected', 'recycled') then coalesce(final_reason, 'unknown')
        end as answer_reason,
        case
            when answer = 'accepted' and timing = 'late' then 'accepted_late'
            when answer = 'accepted' and timing = 'undated' then 'accepted_undated'
            when answer = 'accepted' then 'accepted_in_time'
            when answer = 'never_worked' and timing = 'waiting' then 'waiting'
            else answer
        end as handoff_result
    from handoff_answers

),

won_amounts as (

    select
        evaluated_handoffs.handoff_key,
        sum(lifecycle.amount) as won_amount
    from evaluated_handoffs
    inner join lifecycle on evaluated_handoffs.journey_key = lifecycle.journey_key
    inner join stages on lifecycle.stage = stages.stage
    where
        stages.entered_by in ('opportunity_won', 'renewal_won', 'expansion_won')
        and stages.stage_order > evaluated_handoffs.stage_order
        and lifecycle.opportunity_key is not null
    group by evaluated_handoffs.handoff_key

),

handoff_values as (

    select
        evaluated_handoffs.*,
        case
            when qualifications.is_scored
                then cast(
                    {{ band_width }} * floor(1.0 * qualifications.score / {{ band_width }})
                    as bigint
                )
        end as band_lowest_score,
        case
            when won_amounts.handoff_key is not null then 'won'
            when open_journeys.journey_key is not null then 'open'
            else 'lost'
        end as outcome,
        cast(coalesce(won_amounts.won_amount, 0) as decimal(18, 2)) as won_amount,
        coalesce(open_journeys.expected_amount, 0) as expected_amount
    from evaluated_handoffs
    left join won_amounts on evaluated_handoffs.handoff_key = won_amounts.handoff_key
    left join open_journeys on evaluated_handoffs.journey_key = open_journeys.journey_key
    left join qualifications
        on
            evaluated_handoffs.journey_key = qualifications.journey_key
            and evaluated_handoffs.from_stage = qualifications.stage

),

channel_benchmarks as (

    select
        step,
        funnel,
        band_lowest_score,
        channel,
        count(*) as handoff_count,
        sum(won_amount + expected_amount) / count(*) as benchmark
    from handoff_values
    where handoff_result = 'accepted_in_time'
    group by step, funnel, band_lowest_score, channel

),

funnel_benchmarks as (

    select
        step,
        funnel,
        band_lowest_score,
        sum(handoff_count) as handoff_count,
        sum(benchmark * handoff_count) / sum(handoff_count) as benchmark
    from channel_benchmarks
    group by step, funnel, band_lowest_score

),

benchmarked_handoffs as (

    -- Comparable are those of the same funnel, band of the score and channel; where these are too
    -- few, those of all channels.
    select
        handoff_values.*,
        case
            when channel_benchmarks.handoff_count >= {{ int_var('minimum_group_size') }}
                then 'funnel_score_channel'
            when funnel_benchmarks.handoff_count >= {{ int_var('minimum_group_size') }}
                then 'funnel_score'
        end as benchmark_source,
        cast(case
            when channel_benchmarks.handoff_count >= {{ int_var('minimum_group_size') }}
                then channel_benchmarks.benchmark
            when funnel_benchmarks.handoff_count >= {{ int_var('minimum_group_size') }}
                then funnel_benchmarks.benchmark
        end as decimal(24, 6)) as benchmark_amount
    from handoff_values
    left join channel_benchmarks
        on
            handoff_values.step = channel_benchmarks.step
            and handoff_values.funnel = channel_benchmarks.funnel
            and handoff_values.band_lowest_score
            is not distinct from channel_benchmarks.band_lowest_score
            and handoff_values.channel = channel_benchmarks.channel
    left join funnel_benchmarks
        on
            handoff_values.step = funnel_benchmarks.step
            and handoff_values.funnel = funnel_benchmarks.funnel
            and handoff_values.band_lowest_score
            is not distinct from funnel_benchmarks.band_lowest_score

),

handoffs as (

    select
        handoff_key,
        journey_key,
        person_key,
        account_key,
        latest_opportunity_owner_key,
        step,
        from_team,
        funnel,
        channel,
        segment,
        band_lowest_score,
        answer,
        answer_reason,
        timing,
        handoff_result,
        outcome,
        benchmark_source,
        answer_days,
        time_limit_days,
        won_amount,
        expected_amount,
        benchmark_amount,
        case
            when handoff_result in ('accepted_late', 'rejected', 'recycled', 'never_worked')
                then cast(benchmark_amount - won_amount - expected_amount as decimal(24, 6))
        end as forgone_amount,
        is_worked,
        entered_at as handed_over_at,
        ended_at as answered_at
    from benchmarked_handoffs

)

select * from handoffs
