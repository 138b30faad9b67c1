{# Grain: one row each time an opportunity moves its journey to a stage: created, reopened, moved
   to a stage of its own, won, lost or churned. With its amount at that moment. #}
with

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

journeys as (select * from {{ ref('int_opportunity_journeys_assigned') }}),

exits as (select * from {{ ref('int_exits_unioned') }} where opportunity_key is not null),

opportunity_changes as ({{ usable_rows(ref('int_opportunity_changes_rows_checked')) }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

stage_moves as (

    select
        opportunity_changes.opportunity_key,
        opportunity_changes.stage,
        stages.entered_by,
        opportunity_changes.changed_at,
        lag(opportunity_changes.stage) over by_time as previous_stage,
        lag(stages.entered_by) over by_time as previous_entered_by,
        lag(opportunity_changes.changed_at) over by_time as previous_changed_at
    from opportunity_changes
    inner join stages on opportunity_changes.stage = stages.stage
    window by_time as (
        partition by opportunity_changes.opportunity_key
        order by
            opportunity_changes.changed_at,
            opportunity_changes.tie_number,
            opportunity_changes.source_key
    )

),

wins as (

    -- On one day, new business comes first: many closing dates have no time.
    select
        opportunities.opportunity_key,
        opportunities.opportunity_type,
        opportunities.closed_at,
        journeys.journey_match_method = 'account_won_before_the_records' as is_of_older_customer,
        row_number() over by_day as win_number,
        first_value(opportunities.closed_at) over by_day as first_closed_at
    from opportunities
    inner join journeys on opportunities.opportunity_key = journeys.opportunity_key
    where opportunities.outcome = 'won'
    window by_day as (
        partition by journeys.journey_key
        order by
            cast(opportunities.closed_at as date) nulls last,
            case when opportunities.opportunity_type = 'new' then 0 else 1 end,
            opportunities.closed_at,
            opportunities.opportunity_key
    )

),

moves as (

    -- Where `stage` is null, it is the one stage that is entered this way.
    select
        opportunity_key,
        'opportunity_created' as entered_by,
        cast(null as {{ dbt.type_string() }}) as stage,
        cast(null as {{ dbt.type_string() }}) as exit_reason,
        created_at as occurred_at
    from opportunities
    where opportunity_type = 'new'
    union all
    -- Reopened after it was lost.
    select
        stage_moves.opportunity_key,
        stage_moves.entered_by,
        stage_moves.stage,
        null as exit_reason,
        stage_moves.changed_at as occurred_at
    from stage_moves
    inner join opportunities on stage_moves.opportunity_key = opportunities.opportunity_key
    where
        stage_moves.entered_by = 'opportunity_created'
        and stage_moves.previous_entered_by = 'opportunity_lost'
        and stage_moves.changed_at > stage_moves.previous_changed_at
        and opportunities.opportunity_type = 'new'
    union all
    -- Moved to a stage that the seed stage_labels gives to labels of opportunities.
    select
        stage_moves.opportunity_key,
        stage_moves.entered_by,
        stage_moves.stage,
        null as exit_reason,
        stage_moves.changed_at as occurred_at
    from stage_moves
    inner join opportunities on stage_moves.opportunity_key = opportunities.opportunity_key
    where
        stage_moves.entered_by = 'evidence'
        and stage_moves.stage is distinct from stage_moves.previous_stage
        and opportunities.opportunity_type = 'new'
    union all
    -- The first win of a journey makes a customer, unless the account was one before the records.
    select
        opportunity_key,
        case
            when win_number = 1 and not is_of_older_customer then 'opportunity_won'
            when opportunity_type = 'renewal' then 'renewal_won'
            else 'expansion_won'
        end as entered_by,
        null as stage,
        null as exit_reason,
        case when closed_at < first_closed_at then first_closed_at else closed_at end
            as occurred_at
    from wins
    union all
    select
        opportunity_key,
        exit_kind as entered_by,
        stage,
        exit_reason,
        exited_at as occurred_at
    from exits

),

stage_entries as (

    select
        moves.opportunity_key,
        moves.entered_by,
        stages.stage,
        moves.exit_reason,
        moves.occurred_at
    from moves
    inner join stages
        on
            moves.entered_by = stages.entered_by
            and coalesce(moves.stage, stages.stage) = stages.stage

),

amounts_then as (

    select
        stage_entries.opportunity_key,
        stage_entries.stage,
        stage_entries.occurred_at,
        {{ last_by(
            'opportunity_changes.amount',
            'row('
            ~ 'opportunity_changes.changed_at, opportunity_changes.tie_number,'
            ~ ' opportunity_changes.source_key)'
        ) }} as amount
    from stage_entries
    inner join opportunity_changes
        on
            stage_entries.opportunity_key = opportunity_changes.opportunity_key
            and stage_entries.occurred_at >= opportunity_changes.changed_at
    where
        stage_entries.entered_by in ('opportunity_created', 'evidence', 'opportunity_lost')
        and opportunity_changes.amount is not null
    group by stage_entries.opportunity_key, stage_entries.stage, stage_entries.occurred_at

),

int_opportunity_evidence_collected as (

    select
        journeys.journey_key,
        stage_entries.opportunity_key,
        opportunities.system,
        stage_entries.stage,
        stage_entries.entered_by,
        stage_entries.exit_reason,
        -- A win counts with the amount of today, every stage before it with the amount then.
        {{ in_reporting_currency(
            'coalesce(amounts_then.amount, opportunities.amount)', 'rates.rate'
        ) }} as amount,
        stage_entries.occurred_at
    from stage_entries
    inner join journeys on stage_entries.opportunity_key = journeys.opportunity_key
    inner join opportunities on stage_entries.opportunity_key = opportunities.opportunity_key
    left join amounts_then
        on
            stage_entries.opportunity_key = amounts_then.opportunity_key
            and stage_entries.stage = amounts_then.stage
            and stage_entries.occurred_at = amounts_then.occurred_at
    left join rates
        on
            {{ rate_applies(
                'rates',
                'opportunities.currency',
                'coalesce(stage_entries.occurred_at, opportunities.created_at)'
            ) }}

)

select * from int_opportunity_evidence_collected
