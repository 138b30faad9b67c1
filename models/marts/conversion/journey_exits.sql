{# Grain: one row each time a journey was rejected, recycled, lost or churned, with the reason and
   the stage that it left. Exits are additive, amounts are where is_last. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

accounts as (select * from {{ ref('dim_accounts') }}),

opportunities as (select * from {{ ref('dim_opportunities') }}),

mrr_movements as (select * from {{ ref('fct_mrr_movements') }}),

reason_labels as (select * from {{ ref('reason_labels') }}),

reasons as (

    -- Several labels may mean one reason.
    select
        exit_kind,
        reason,
        min(category) as category,
        min(owner_team) as owner_team
    from reason_labels
    group by exit_kind, reason

),

exit_entries as (

    select
        lifecycle.*,
        case
            when not stages.is_exit then 'recycled'
            when stages.entered_by = 'opportunity_lost' then 'lost'
            when stages.entered_by = 'subscriptions_ended' then 'churned'
            else 'rejected'
        end as exit_type,
        cast({{ period_start('month', 'lifecycle.entered_at') }} as date) as exited_month,
        row_number() over (
            partition by lifecycle.stage, coalesce(lifecycle.opportunity_key, lifecycle.journey_key)
            order by lifecycle.entered_at desc nulls last, lifecycle.lifecycle_key desc
        ) as exits_from_last
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    where stages.is_exit or lifecycle.exit_reason is not null

),

journey_exits as (

    select
        exit_entries.lifecycle_key as exit_key,
        exit_entries.journey_key,
        exit_entries.person_key,
        exit_entries.account_key,
        exit_entries.opportunity_key,
        exit_entries.latest_opportunity_owner_key,
        exit_entries.exit_type,
        coalesce(exit_entries.exit_reason, 'unknown') as exit_reason,
        coalesce(reasons.category, exit_entries.exit_reason, 'unknown') as reason_category,
        reasons.owner_team as reason_team,
        coalesce(entries_before.stage, 'none') as stage,
        coalesce(entries_before.owner_team, 'none') as owner_team,
        exit_entries.funnel,
        exit_entries.first_channel as channel,
        {{ segment_of('accounts') }} as segment,
        exit_entries.evidence_system as system,
        exit_entries.amount,
        case when exit_entries.exit_type = 'churned' then mrr_movements.churn_amount end
            as lost_mrr_amount,
        -- An opportunity was lost if it was not won after all; everybody else has left if nothing
        -- has happened since.
        case
            when exit_entries.exit_type = 'lost' and opportunities.opportunity_key is not null
                then exit_entries.exits_from_last = 1 and opportunities.outcome = 'lost'
            else exit_entries.is_current
        end as is_last,
        exit_entries.exited_month,
        exit_entries.entered_at as exited_at
    from exit_entries
    left join lifecycle as entries_before
        on
            exit_entries.journey_key = entries_before.journey_key
            and exit_entries.entry_number = entries_before.entry_number + 1
    left join reasons
        on
            replace(exit_entries.exit_type, 'recycled', 'rejected') = reasons.exit_kind
            and exit_entries.exit_reason = reasons.reason
    left join accounts on exit_entries.account_key = accounts.account_key
    left join opportunities on exit_entries.opportunity_key = opportunities.opportunity_key
    left join mrr_movements
        on
            exit_entries.account_key = mrr_movements.account_key
            and exit_entries.exited_month = mrr_movements.movement_month

)

select * from journey_exits
