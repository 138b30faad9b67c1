{# Grain: one row per opportunity and interval in which it was open at one stage of its pipeline
   with one amount, both as known at that time. A lost and reopened opportunity has a gap. #}
with

opportunities as (select * from {{ ref('dim_opportunities') }}),

source_opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

stage_changes as ({{ usable_rows(ref('int_opportunity_changes_rows_checked')) }}),

lifecycle_stages as (select * from {{ ref('lifecycle_stages') }}),

pipeline_classes as (select * from {{ seed_by_system(ref('pipeline_classes')) }}),

landed_opportunities as ({{ usable_rows(ref('int_opportunities_rows_checked')) }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

opportunity_events as (

    -- If nobody knows since when an opportunity is open, it is known to be open at the cutoff.
    select
        opportunity_key,
        cast(null as {{ dbt.type_string() }}) as label,
        cast(null as {{ dbt.type_string() }}) as stage,
        cast(null as decimal(18, 4)) as amount,
        coalesce(created_at, {{ cutoff() }} - interval '1 microsecond') as happened_at,
        0 as tie_number,
        '' as source_key
    from opportunities
    union all
    select
        opportunity_key,
        label,
        stage,
        amount,
        changed_at as happened_at,
        tie_number,
        source_key
    from stage_changes
    where label is not null or amount is not null

),

open_opportunities as (

    -- What each open opportunity's own row says today.
    select
        landed_opportunities.opportunity_key,
        landed_opportunities.stage_label,
        landed_opportunities.stage,
        landed_opportunities.is_known_at_cutoff
        and landed_opportunities.stage_label is not null as is_stage_known
    from landed_opportunities
    inner join source_opportunities
        on landed_opportunities.opportunity_key = source_opportunities.opportunity_key
    where source_opportunities.outcome = 'open'

),

closing_stages as (

    select stage
    from lifecycle_stages
    where entered_by in ('opportunity_won', 'opportunity_lost')

),

numbered_events as (

    -- An event reports a label or an amount; the other one stays as last reported.
    select
        *,
        count(label) over earlier_events as label_number,
        count(amount) over earlier_events as amount_number,
        lead(happened_at) over earlier_events as next_at
    from opportunity_events
    window
        earlier_events as (
            partition by opportunity_key order by happened_at, tie_number, source_key
        )

),

filled_events as (

    select
        opportunity_key,
        happened_at,
        max(label) over (partition by opportunity_key, label_number) as label,
        max(stage) over (partition by opportunity_key, label_number) as stage,
        max(amount) over (partition by opportunity_key, amount_number) as amount,
        next_at
    from numbered_events

),

completed_events as (

    -- The last event of an open opportunity has the amount and the stage of today. If its own row
    -- is newer than the cutoff, the history has the stage, unless that reports a close.
    select
        filled_events.opportunity_key,
        filled_events.happened_at,
        case
            when open_opportunities.opportunity_key is null then filled_events.label
            when open_opportunities.is_stage_known then open_opportunities.stage_label
            when closing_stages.stage is null then filled_events.label
            else open_opportunities.stage_label
        end as label,
        case
            when open_opportunities.opportunity_key is null then filled_events.stage
            when open_opportunities.is_stage_known then open_opportunities.stage
            when closing_stages.stage is null then filled_events.stage
            else open_opportunities.stage
        end as stage,
        case
            when open_opportunities.opportunity_key is null
                then coalesce(filled_events.amount, source_opportunities.amount)
            else source_opportunities.amount
        end as amount,
        filled_events.next_at,
        open_opportunities.opportunity_key is not null as is_open_now
    from filled_events
    inner join source_opportunities
        on filled_events.opportunity_key = source_opportunities.opportunity_key
    left join open_opportunities
        on
            filled_events.opportunity_key = open_opportunities.opportunity_key
            and filled_events.next_at is null
    left join closing_stages on filled_events.stage = closing_stages.stage

),

int_pipeline_intervals_dated as (

    select
        completed_events.opportunity_key,
        coalesce(pipeline_classes.pipeline_class, 'unclassified') as pipeline_class,
        coalesce(completed_events.label, 'not_recorded') as pipeline_stage_name,
        {{ in_reporting_currency('completed_events.amount', 'rates.rate') }} as amount,
        completed_events.happened_at as starts_at,
        least(
            {{ or_end('completed_events.next_at') }}, {{ or_end('opportunities.closed_at') }}
        ) as ends_at
    from completed_events
    inner join opportunities on completed_events.opportunity_key = opportunities.opportunity_key
    inner join source_opportunities
        on completed_events.opportunity_key = source_opportunities.opportunity_key
    left join closing_stages on completed_events.stage = closing_stages.stage
    left join pipeline_classes
        on
            source_opportunities.system = pipeline_classes.system
            and lower(completed_events.label) = pipeline_classes.label
    left join rates
        on {{ rate_applies(
            'rates', 'source_opportunities.currency', 'source_opportunities.created_at'
        ) }}
    where
        (closing_stages.stage is null or completed_events.is_open_now)
        -- An opportunity is not open before it was created, and an interval has a length.
        and completed_events.happened_at
        >= coalesce(opportunities.created_at, {{ start_of_time() }})
        and (
            completed_events.next_at is null
            or completed_events.next_at > completed_events.happened_at
        )
        and (
            opportunities.outcome = 'open'
            or opportunities.closed_at > completed_events.happened_at
        )

)

select * from int_pipeline_intervals_dated
