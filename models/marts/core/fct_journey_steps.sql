{# Grain: one row a journey and step from a stage that it entered to a later one, with how that has
   ended by the cutoff. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

steps as (select * from {{ ref('conversion_steps') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

accounts as (select * from {{ ref('dim_accounts') }}),

first_entries as (select * from lifecycle where visit_number = 1),

standings as (

    select
        lifecycle.journey_key,
        lifecycle.stage,
        lifecycle.exit_reason,
        lifecycle.entered_at,
        stages.stage_order,
        stages.is_exit
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    where lifecycle.is_current

),

judged as (

    -- The last word counts: who was lost or sent back and came again was never out.
    select
        entered.*,
        steps.step,
        steps.to_stage,
        steps.is_next,
        steps.is_handoff,
        steps.is_prize,
        case
            when reached.journey_key is not null then 'converted'
            when standings.is_exit then 'lost'
            when standings.stage_order < stages.stage_order then 'returned'
            else 'open'
        end as result,
        standings.stage as standing_stage,
        standings.exit_reason as standing_reason,
        case
            when reached.journey_key is not null then reached.entered_at
            when standings.is_exit or standings.stage_order < stages.stage_order
                then standings.entered_at
        end as ended_at
    from first_entries as entered
    inner join steps on entered.stage = steps.stage
    inner join stages on entered.stage = stages.stage
    inner join standings on entered.journey_key = standings.journey_key
    left join first_entries as reached
        on
            entered.journey_key = reached.journey_key
            and steps.to_stage = reached.stage

),

fct_journey_steps as (

    select
        {{ key_of(['judged.journey_key', 'judged.step']) }} as journey_step_key,
        judged.journey_key,
        judged.person_key,
        judged.account_key,
        judged.owner_key,
        judged.lifecycle_key,
        judged.step,
        judged.stage,
        judged.to_stage,
        judged.funnel,
        coalesce(judged.first_channel, 'unknown') as channel,
        {{ segment_of('accounts') }} as segment,
        judged.result,
        case when judged.result in ('lost', 'returned') then judged.standing_stage end as end_stage,
        case when judged.result in ('lost', 'returned') then judged.standing_reason end
            as end_reason,
        {{ whole_days(
            'judged.entered_at', 'coalesce(judged.ended_at, ' ~ cutoff() ~ ')'
        ) }} as waited_days,
        {{ whole_days('judged.entered_at', cutoff()) }} as watched_days,
        judged.is_next,
        judged.is_handoff,
        judged.is_prize,
        judged.is_inferred,
        judged.entered_at is not null
        and (judged.result = 'open' or judged.ended_at is not null) as is_timed,
        cast(date_trunc('month', judged.entered_at) as date) as entered_month,
        cast(date_trunc('quarter', judged.entered_at) as date) as entered_quarter,
        judged.entered_at,
        judged.ended_at
    from judged
    left join accounts on judged.account_key = accounts.account_key

)

select * from fct_journey_steps
