{# Grain: one row per journey and handoff (a step at which another team takes over): how the
   receiving team answered and whether in time. A skipped stage was never handed over. #}
with

journey_steps as (select * from {{ ref('fct_journey_steps') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

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
        {{ days_between('handoff_steps.entered_at', 'handoff_steps.ended_at') }} as answer_days
    from handoff_steps
    inner join stages on handoff_steps.stage = stages.stage
    left join next_steps
        on
            handoff_steps.journey_key = next_steps.journey_key
            and handoff_steps.to_stage = next_steps.stage

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
            when not handoff_ends.is_timed then 'undated'
            when handoff_ends.answer_days <= handoff_ends.time_limit_days then 'in_time'
            when handoff_ends.ended_at is not null then 'late'
            when handoff_ends.watched_days <= handoff_ends.time_limit_days then 'waiting'
            else 'overdue'
        end as timing
    from handoff_ends
    left join stages as final_stages on handoff_ends.final_stage = final_stages.stage

),

int_handoffs_evaluated as (

    select
        journey_step_key as handoff_key,
        journey_key,
        person_key,
        account_key,
        latest_opportunity_owner_key,
        step,
        stage_order,
        from_team,
        funnel,
        channel,
        segment,
        answer,
        case
            when answer in ('rejected', 'recycled') then lower(coalesce(final_reason, 'unknown'))
        end as answer_reason,
        timing,
        case
            when answer = 'accepted' and timing = 'late' then 'accepted_late'
            when answer = 'accepted' and timing = 'undated' then 'accepted_undated'
            when answer = 'accepted' then 'accepted_in_time'
            when answer = 'never_worked' and timing = 'waiting' then 'waiting'
            else answer
        end as handoff_result,
        answer_days,
        time_limit_days,
        is_worked,
        entered_at as handed_over_at,
        ended_at as answered_at
    from handoff_answers

)

select * from int_handoffs_evaluated
