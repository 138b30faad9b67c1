{# Grain: one row a journey handed from one team to the next (MQL to sales, customer to account
   services): what became of it, how fast, and what followed. Skipped stages were never handed over. #}
with

journey_steps as (select * from {{ ref('fct_journey_steps') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

open_journeys as (select * from {{ ref('open_journeys') }}),

next_steps as (select * from journey_steps where is_next),

handed as (

    select
        journey_steps.*,
        journey_steps.journey_step_key as handoff_key,
        stages.stage_order,
        stages.owner_team as from_team,
        stages.time_limit_days,
        journey_steps.result = 'converted' as is_touched,
        coalesce(next_steps.end_stage, journey_steps.end_stage) as turned_to_stage,
        coalesce(next_steps.end_reason, journey_steps.end_reason) as turned_reason,
        {{ days_between('journey_steps.entered_at', 'journey_steps.ended_at') }} as answer_days
    from journey_steps
    inner join stages on journey_steps.stage = stages.stage
    left join next_steps
        on
            journey_steps.journey_key = next_steps.journey_key
            and journey_steps.to_stage = next_steps.stage
    where journey_steps.is_handoff and not journey_steps.is_inferred

),

answered as (

    -- Turned away is who was disqualified or sent back before the receiving team's first stage was
    -- passed; who was lost or churned there was taken up.
    select
        handed.*,
        case
            when handed.turned_to_stage = 'disqualified' then 'rejected'
            when not stages.is_exit then 'recycled'
            when handed.is_touched then 'accepted'
            else 'never touched'
        end as answer,
        case
            when not handed.is_timed then 'not dated'
            when handed.answer_days <= handed.time_limit_days then 'in time'
            when handed.ended_at is not null then 'late'
            when handed.watched_days <= handed.time_limit_days then 'waiting'
            else 'overdue'
        end as timing
    from handed
    left join stages on handed.turned_to_stage = stages.stage

),

wins as (

    select
        handed.handoff_key,
        sum(lifecycle.amount) as won_amount
    from handed
    inner join lifecycle on handed.journey_key = lifecycle.journey_key
    inner join stages on lifecycle.stage = stages.stage
    where
        lifecycle.stage in ('customer', 'retained', 'expanded')
        and lifecycle.opportunity_key is not null
        and stages.stage_order > handed.stage_order
    group by handed.handoff_key

),

handoffs as (

    select
        answered.handoff_key,
        answered.journey_key,
        answered.person_key,
        answered.account_key,
        answered.owner_key,
        answered.step,
        answered.from_team,
        answered.funnel,
        answered.channel,
        answered.segment,
        answered.answer,
        case
            when answered.answer in ('rejected', 'recycled')
                then lower(coalesce(answered.turned_reason, 'unknown'))
        end as answer_reason,
        answered.timing,
        case
            when wins.handoff_key is not null then 'won'
            when open_journeys.journey_key is not null then 'open'
            else 'lost'
        end as outcome,
        answered.answer_days,
        answered.time_limit_days,
        cast(coalesce(wins.won_amount, 0) as decimal(18, 2)) as won_amount,
        coalesce(open_journeys.expected_amount, 0) as expected_amount,
        answered.is_touched,
        answered.entered_at as handed_over_at,
        answered.ended_at as answered_at
    from answered
    left join wins on answered.handoff_key = wins.handoff_key
    left join open_journeys on answered.journey_key = open_journeys.journey_key

)

select * from handoffs
