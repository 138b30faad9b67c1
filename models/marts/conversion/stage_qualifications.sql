{# Grain: one row per stage that the lead definition decides, month in which journeys passed it,
   funnel, channel, owner, and how they passed: qualified, or as a bypass with the system that moved
   them on and the rule that they did not pass. What has become of them since. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

touch_results as (

    select * from {{ ref('int_touch_results_evaluated') }} where evaluation = 'in_force'

),

older_customers as (

    -- Their win is inferred, and has no date: it came before the records.
    select lifecycle.journey_key
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    where stages.planning_node = 'win' and lifecycle.is_inferred and lifecycle.entered_at is null

),

passed_stages as (

    select lifecycle.* from lifecycle
    where lifecycle.stage_entry_number = 1 and lifecycle.qualification is not null

),

entries_with_evidence as (

    select
        lifecycle.*,
        stages.stage_order
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    where not stages.is_exit and not lifecycle.is_inferred

),

bypass_causes as (

    -- The entry with evidence that moved the journey past the stage: the lowest stage after it.
    select
        passed_stages.lifecycle_key,
        {{ first_by(
            'entries.evidence_system', 'row(entries.stage_order, entries.entry_number)'
        ) }} as system,
        {{ first_by('entries.owner_team', 'row(entries.stage_order, entries.entry_number)') }}
            as team
    from passed_stages
    inner join stages on passed_stages.stage = stages.stage
    inner join entries_with_evidence as entries
        on
            passed_stages.journey_key = entries.journey_key
            and stages.stage_order < entries.stage_order
    where passed_stages.qualification in ('bypass', 'qualified_later')
    group by passed_stages.lifecycle_key

),

failed_rules as (

    -- The rule that the journey's last touch before the bypass did not pass.
    select
        passed_stages.lifecycle_key,
        {{ last_by(
            'touch_results.failed_rule', 'row(touch_results.occurred_at, touch_results.touch_key)'
        ) }} as failed_rule
    from passed_stages
    inner join touch_results
        on
            passed_stages.journey_key = touch_results.journey_key
            and passed_stages.stage = touch_results.stage
            and passed_stages.entered_at >= touch_results.occurred_at
    where passed_stages.qualification in ('bypass', 'qualified_later')
    group by passed_stages.lifecycle_key

),

stage_passings as (

    select
        passed_stages.stage,
        cast({{ period_start('month', 'passed_stages.entered_at') }} as date) as passed_month,
        passed_stages.funnel,
        passed_stages.first_channel as channel,
        passed_stages.latest_opportunity_owner_key,
        passed_stages.qualification,
        case when older_customers.journey_key is null then bypass_causes.team end as bypassing_team,
        case when older_customers.journey_key is null then bypass_causes.system end
            as bypassing_system,
        case
            when passed_stages.qualification = 'qualified' then null
            when older_customers.journey_key is not null then 'before_the_records'
            else coalesce(failed_rules.failed_rule, 'no_touch')
        end as bypass_reason,
        journeys.has_win,
        journeys.won_amount,
        journeys.outcome
    from passed_stages
    inner join journeys on passed_stages.journey_key = journeys.journey_key
    left join bypass_causes on passed_stages.lifecycle_key = bypass_causes.lifecycle_key
    left join failed_rules on passed_stages.lifecycle_key = failed_rules.lifecycle_key
    left join older_customers on passed_stages.journey_key = older_customers.journey_key

),

stage_qualifications as (

    select
        stage,
        passed_month,
        funnel,
        channel,
        latest_opportunity_owner_key,
        qualification,
        bypassing_team,
        bypassing_system,
        bypass_reason,
        count(*) as passed_count,
        count(*) filter (where has_win) as won_count,
        count(*) filter (where not has_win and outcome = 'exited') as exited_count,
        count(*) filter (where not has_win and outcome != 'exited') as open_count,
        cast(coalesce(sum(won_amount), 0) as decimal(18, 2)) as won_amount
    from stage_passings
    group by
        stage, passed_month, funnel, channel, latest_opportunity_owner_key, qualification,
        bypassing_team, bypassing_system, bypass_reason

)

select * from stage_qualifications
