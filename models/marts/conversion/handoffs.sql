{# Grain: one row per journey handed from one team to the next (MQL to sales, customer to account
   services): how it was answered, how fast, what followed, and the value missed against handoffs
   accepted in time. #}
with

evaluated_handoffs as (select * from {{ ref('int_handoffs_evaluated') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

open_journeys as (select * from {{ ref('open_journeys') }}),

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
            when won_amounts.handoff_key is not null then 'won'
            when open_journeys.journey_key is not null then 'open'
            else 'lost'
        end as outcome,
        cast(coalesce(won_amounts.won_amount, 0) as decimal(18, 2)) as won_amount,
        coalesce(open_journeys.expected_amount, 0) as expected_amount
    from evaluated_handoffs
    left join won_amounts on evaluated_handoffs.handoff_key = won_amounts.handoff_key
    left join open_journeys on evaluated_handoffs.journey_key = open_journeys.journey_key

),

funnel_benchmarks as (

    select
        step,
        funnel,
        count(*) as handoff_count,
        sum(won_amount + expected_amount) / count(*) as benchmark
    from handoff_values
    where handoff_result = 'accepted_in_time'
    group by step, funnel

),

company_benchmarks as (

    select
        step,
        sum(won_amount + expected_amount) / count(*) as benchmark
    from handoff_values
    where handoff_result = 'accepted_in_time'
    group by step

),

benchmarked_handoffs as (

    -- A funnel with too few handoffs accepted in time takes the company's benchmark.
    select
        handoff_values.*,
        case
            when funnel_benchmarks.handoff_count >= {{ int_var('minimum_group_size') }}
                then 'funnel'
            when company_benchmarks.benchmark is not null then 'company'
        end as benchmark_source,
        cast(
            case
                when funnel_benchmarks.handoff_count >= {{ int_var('minimum_group_size') }}
                    then funnel_benchmarks.benchmark
                else company_benchmarks.benchmark
            end
            as decimal(18, 6)
        ) as benchmark_amount
    from handoff_values
    left join funnel_benchmarks
        on
            handoff_values.step = funnel_benchmarks.step
            and handoff_values.funnel = funnel_benchmarks.funnel
    left join company_benchmarks on handoff_values.step = company_benchmarks.step

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
                then cast(benchmark_amount - won_amount - expected_amount as decimal(18, 6))
        end as shortfall_amount,
        is_worked,
        handed_over_at,
        answered_at
    from benchmarked_handoffs

)

select * from handoffs
