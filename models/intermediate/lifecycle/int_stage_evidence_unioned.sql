{# Grain: one row per event that puts a journey into a stage: first entries, entries again, events
   after the win and exits. Narrow: attributes are joined at the mart. #}
with

touches as (select * from {{ ref('int_touch_journeys_assigned') }}),

qualifications as (

    select * from {{ ref('int_qualifications_evaluated') }} where evaluation = 'in_force'

),

opportunities as (select * from {{ ref('int_opportunity_evidence_collected') }}),

service_events as ({{ usable_rows(ref('int_service_events_rows_checked')) }}),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

opportunity_accounts as (select * from {{ ref('int_opportunity_persons_assigned') }}),

exits as (select * from {{ ref('int_exits_unioned') }} where opportunity_key is null),

journeys as (select * from {{ ref('int_journeys_identified') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

persons as (select * from {{ ref('int_persons_resolved') }}),

revenue_losses as (select * from {{ ref('int_revenue_losses_detected') }}),

opportunity_journeys as (select * from {{ ref('int_opportunity_journeys_assigned') }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

stages as (

    select
        *,
        stage_order > max(case when planning_node = 'win' then stage_order end) over ()
            as is_after_win
    from {{ ref('lifecycle_stages') }}

),

service_event_customers as (

    -- An event is about the account of its company or, where that is no customer, of its person.
    select
        service_events.*,
        companies.account_key as customer_key,
        true as is_of_company
    from service_events
    inner join companies on service_events.company_key = companies.company_key
    union all
    select
        service_events.*,
        coalesce(persons.account_key, persons.person_key) as customer_key,
        false as is_of_company
    from service_events
    inner join records on service_events.record_key = records.record_key
    inner join persons on records.person_key = persons.person_key

),

wins as (

    -- A win without a date may have been before any event.
    select
        opportunities.journey_key,
        coalesce(
            opportunity_accounts.account_key, opportunity_accounts.person_key
        ) as customer_key,
        coalesce(opportunities.occurred_at, {{ start_of_time() }}) as won_at
    from opportunities
    inner join opportunity_accounts
        on opportunities.opportunity_key = opportunity_accounts.opportunity_key
    where opportunities.entered_by = 'opportunity_won'

),

service_event_journeys as (

    -- A service event belongs to the journey that won the account last before it.
    select
        service_events.event_key,
        service_events.kind,
        service_events.system,
        service_events.occurred_at,
        {{ last_by(
            'wins.journey_key', 'row(service_events.is_of_company, wins.won_at, wins.journey_key)'
        ) }} as journey_key
    from service_event_customers as service_events
    inner join wins
        on
            service_events.customer_key = wins.customer_key
            and service_events.occurred_at >= wins.won_at
    group by
        service_events.event_key, service_events.kind, service_events.system,
        service_events.occurred_at

),

events as (

    select
        journey_key,
        kind,
        'touch' as event_kind,
        touch_key as event_key,
        system,
        occurred_at
    from touches
    union all
    select
        journey_key,
        kind,
        'service_event' as event_kind,
        event_key,
        system,
        occurred_at
    from service_event_journeys

),

evidence_stages as (

    -- Which kind of event is evidence of which stage, and how that stage is entered.
    select
        kinds.kind,
        kinds.stage,
        stages.entered_by,
        stages.is_after_win
    from kinds
    left join stages on kinds.stage = stages.stage

),

stage_events as (

    select
        events.*,
        stages.stage,
        cast(null as bigint) as repeated_event_key
    from events
    inner join stages on stages.entered_by = 'first_touch'
    where events.event_kind = 'touch'
    union all
    select
        events.*,
        evidence_stages.stage,
        case when evidence_stages.is_after_win then events.event_key end as repeated_event_key
    from events
    inner join evidence_stages on events.kind = evidence_stages.kind
    -- Never a stage that the lead definition decides.
    where evidence_stages.entered_by = 'evidence'

),

first_events as (

    -- Of the events that are evidence of one stage, the first counts; after the win each does.
    select
        journey_key,
        stage,
        event_kind,
        {{ first_by('event_key', 'row(' ~ or_end('occurred_at') ~ ', event_key)') }} as event_key,
        {{ first_by('system', 'row(' ~ or_end('occurred_at') ~ ', event_key)') }} as system,
        min(occurred_at) as occurred_at
    from stage_events
    group by journey_key, stage, event_kind, repeated_event_key

),

subscription_stages as (

    -- Where the seed has no stage for who pays again, that is a customer again.
    select
        'subscriptions_resumed' as entered_by,
        coalesce(
            max(case when entered_by = 'subscriptions_resumed' then stage end),
            max(case when entered_by = 'opportunity_won' then stage end)
        ) as stage
    from stages
    union all
    select
        entered_by,
        stage
    from stages
    where entered_by = 'subscriptions_reduced'

),

subscription_events as (

    -- Who has left and pays again has returned, without another opportunity.
    select
        opportunity_key,
        'subscriptions_resumed' as entered_by,
        system,
        returned_at as occurred_at
    from revenue_losses
    where returned_at is not null
    union all
    select
        opportunity_key,
        loss_kind as entered_by,
        system,
        lost_at as occurred_at
    from revenue_losses
    where loss_kind = 'subscriptions_reduced'

),

all_evidence as (

    select
        journey_key,
        stage,
        event_kind as evidence_kind,
        system as evidence_system,
        event_key as evidence_key,
        cast(null as bigint) as opportunity_key,
        cast(null as {{ dbt.type_string() }}) as exit_reason,
        cast(null as bigint) as definition_version,
        cast(null as decimal(18, 2)) as amount,
        false as is_recycling,
        occurred_at
    from first_events
    union all
    select
        journey_key,
        stage,
        'touch' as evidence_kind,
        system as evidence_system,
        touch_key as evidence_key,
        null as opportunity_key,
        null as exit_reason,
        definition_version,
        null as amount,
        false as is_recycling,
        occurred_at
    from qualifications
    union all
    select
        journey_key,
        stage,
        'opportunity' as evidence_kind,
        system as evidence_system,
        opportunity_key as evidence_key,
        opportunity_key,
        exit_reason,
        null as definition_version,
        amount,
        false as is_recycling,
        occurred_at
    from opportunities
    union all
    select
        opportunity_journeys.journey_key,
        subscription_stages.stage,
        'subscription' as evidence_kind,
        subscription_events.system as evidence_system,
        subscription_events.opportunity_key as evidence_key,
        null as opportunity_key,
        null as exit_reason,
        null as definition_version,
        null as amount,
        false as is_recycling,
        subscription_events.occurred_at
    from subscription_events
    inner join subscription_stages
        on subscription_events.entered_by = subscription_stages.entered_by
    inner join opportunity_journeys
        on subscription_events.opportunity_key = opportunity_journeys.opportunity_key
    union all
    -- Who has renewals, but no win, became a customer before the records: that is inferred, and
    -- nobody knows when it was.
    select distinct
        opportunity_journeys.journey_key,
        stages.stage,
        cast(null as {{ dbt.type_string() }}) as evidence_kind,
        cast(null as {{ dbt.type_string() }}) as evidence_system,
        cast(null as bigint) as evidence_key,
        cast(null as bigint) as opportunity_key,
        cast(null as {{ dbt.type_string() }}) as exit_reason,
        cast(null as bigint) as definition_version,
        cast(null as decimal(18, 2)) as amount,
        false as is_recycling,
        cast(null as timestamp) as occurred_at
    from opportunity_journeys
    inner join stages on stages.entered_by = 'opportunity_won'
    where opportunity_journeys.journey_match_method = 'account_won_before_the_records'
    union all
    select
        journeys.journey_key,
        exits.stage,
        'stage_claim' as evidence_kind,
        exits.system as evidence_system,
        exits.evidence_key,
        null as opportunity_key,
        exits.exit_reason,
        null as definition_version,
        null as amount,
        exits.exit_kind = 'recycling' as is_recycling,
        exits.exited_at as occurred_at
    from exits
    inner join journeys
        on
            exits.person_key = journeys.person_key
            and exits.exited_at >= journeys.started_at
            and exits.exited_at < {{ or_end('journeys.next_started_at') }}

),

int_stage_evidence_unioned as (

    -- Staff, competitors and test records are in no stage. What they did is evaluated all the same
    -- (definition_explained), and compared with the labels of the systems.
    select all_evidence.*
    from all_evidence
    left join journeys on all_evidence.journey_key = journeys.journey_key
    left join persons on journeys.person_key = persons.person_key
    where not coalesce(persons.is_outside_funnel, false)

)

select * from int_stage_evidence_unioned
