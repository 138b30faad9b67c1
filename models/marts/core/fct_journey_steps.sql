{# Grain: one row per journey and conversion step from a stage that it entered: whether it converted
   to the later stage, was lost, was sent back or is still open at the cutoff. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

steps as (select * from {{ ref('int_stage_pairs_listed') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

accounts as (select * from {{ ref('dim_accounts') }}),

older_customers as (

    -- Their win is inferred, and has no date: it came before the records.
    select lifecycle.journey_key
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    where
        stages.entered_by = 'opportunity_won'
        and lifecycle.is_inferred
        and lifecycle.entered_at is null

),

first_entries as (

    -- Who was a customer before the records took no step before that in them.
    select lifecycle.*
    from lifecycle
    left join older_customers on lifecycle.journey_key = older_customers.journey_key
    where
        lifecycle.stage_entry_number = 1
        and (older_customers.journey_key is null or lifecycle.entered_at is not null)

),

current_stages as (

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

step_results as (

    -- The state at the cutoff decides: a journey that was lost or sent back and came again is open.
    select
        entries.*,
        steps.step,
        steps.to_stage,
        steps.is_next,
        steps.is_handoff,
        steps.is_goal,
        case
            when conversions.journey_key is not null then 'converted'
            when current_stages.is_exit then 'lost'
            -- A customer is never sent back: another opportunity is no step back.
            when not steps.is_after_win and current_stages.stage_order < steps.stage_order
                then 'returned'
            else 'open'
        end as step_result,
        coalesce(conversions.is_qualified, false) as is_conversion_qualified,
        current_stages.stage as current_stage,
        current_stages.exit_reason as current_reason,
        case
            when conversions.journey_key is not null then conversions.entered_at
            when
                current_stages.is_exit
                or (not steps.is_after_win and current_stages.stage_order < steps.stage_order)
                then current_stages.entered_at
        end as ended_at
    from first_entries as entries
    inner join steps on entries.stage = steps.stage
    inner join current_stages on entries.journey_key = current_stages.journey_key
    left join first_entries as conversions
        on
            entries.journey_key = conversions.journey_key
            and steps.to_stage = conversions.stage

),

fct_journey_steps as (

    select
        {{ key_of(['step_results.journey_key', 'step_results.step']) }} as journey_step_key,
        step_results.journey_key,
        step_results.person_key,
        step_results.account_key,
        step_results.latest_opportunity_owner_key,
        step_results.lifecycle_key,
        step_results.step,
        step_results.stage as from_stage,
        step_results.to_stage,
        step_results.funnel,
        step_results.first_channel as channel,
        {{ segment_of('accounts') }} as segment,
        step_results.step_result,
        case
            when step_results.step_result in ('lost', 'returned') then step_results.current_stage
        end as end_stage,
        case
            when step_results.step_result in ('lost', 'returned') then step_results.current_reason
        end as end_reason,
        {{ whole_days(
            'step_results.entered_at', 'coalesce(step_results.ended_at, ' ~ cutoff() ~ ')'
        ) }} as waited_days,
        {{ whole_days('step_results.entered_at', cutoff()) }} as observed_days,
        step_results.is_next,
        step_results.is_handoff,
        step_results.is_goal,
        step_results.is_inferred,
        step_results.is_qualified,
        step_results.is_conversion_qualified,
        step_results.entered_at is not null
        and (step_results.step_result = 'open' or step_results.ended_at is not null)
            as has_all_dates,
        cast({{ period_start('month', 'step_results.entered_at') }} as date) as entered_month,
        cast({{ period_start('quarter', 'step_results.entered_at') }} as date) as entered_quarter,
        step_results.entered_at,
        step_results.ended_at
    from step_results
    left join accounts on step_results.account_key = accounts.account_key

)

select * from fct_journey_steps
