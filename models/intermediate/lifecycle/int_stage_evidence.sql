{# Grain: one row each event that puts a journey into a stage, first ones and returns. Narrow: attributes are joined at the mart. #}
with

touches as (select * from {{ ref('int_touches_on_journeys') }}),

lead_evidence as (select * from {{ ref('int_lead_evidence') }}),

deals as (select * from {{ ref('int_deal_evidence') }}),

exits as (select * from {{ ref('int_exits_detected') }} where opportunity_key is null),

journeys as (select * from {{ ref('int_journeys_split') }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

service_events as (

    select * from {{ ref('int_service_events_unioned') }} where reason_code is null

),

companies as (select * from {{ ref('int_companies_resolved') }}),

opportunities as (select * from {{ ref('int_opportunities_resolved') }}),

noticed as (

    select
        journey_key,
        {{ first_by('touch_key', "row(coalesce(occurred_at, cast('9999-12-31' as timestamp)), touch_key)") }}
            as touch_key,
        min(occurred_at) as occurred_at
    from touches
    group by journey_key

),

accepted as (

    select
        touches.journey_key,
        kinds.stage,
        {{ first_by('touches.touch_key', "row(coalesce(touches.occurred_at, cast('9999-12-31' as timestamp)), touches.touch_key)") }}
            as touch_key,
        min(touches.occurred_at) as occurred_at
    from touches
    inner join kinds on touches.kind = kinds.kind
    -- lead, mql and sql are the definition's to decide.
    where kinds.stage = 'sal'
    group by touches.journey_key, kinds.stage

),

customers as (

    select
        deals.journey_key,
        opportunities.account_key,
        deals.occurred_at as won_at
    from deals
    inner join opportunities on deals.opportunity_key = opportunities.opportunity_key
    where deals.stage = 'customer'

),

served as (

    select
        customers.journey_key,
        kinds.stage,
        {{ first_by('service_events.event_key', 'row(service_events.occurred_at, service_events.event_key)') }}
            as event_key,
        min(service_events.system) as system,
        min(service_events.occurred_at) as occurred_at
    from service_events
    inner join kinds on service_events.kind = kinds.kind
    inner join companies on service_events.company_key = companies.company_key
    inner join customers
        on
            companies.account_key = customers.account_key
            and service_events.occurred_at >= customers.won_at
    where kinds.stage is not null
    group by customers.journey_key, kinds.stage

),

int_stage_evidence as (

    select
        noticed.journey_key,
        'awareness' as stage,
        noticed.occurred_at,
        cast(null as bigint) as opportunity_key,
        noticed.touch_key as evidence_key,
        'touch' as evidence_kind,
        cast(null as {{ dbt.type_string() }}) as exit_reason,
        cast(null as decimal(18, 2)) as amount,
        cast(null as bigint) as definition_version
    from noticed
    union all
    select
        journey_key,
        stage,
        occurred_at,
        null,
        touch_key,
        'touch',
        null,
        null,
        definition_version
    from lead_evidence
    union all
    select
        journey_key,
        stage,
        occurred_at,
        null,
        touch_key,
        'touch',
        null,
        null,
        null
    from accepted
    union all
    select
        journey_key,
        stage,
        occurred_at,
        opportunity_key,
        opportunity_key,
        'opportunity',
        exit_reason,
        amount,
        null
    from deals
    union all
    select
        journey_key,
        stage,
        occurred_at,
        null,
        event_key,
        'service event',
        null,
        null,
        null
    from served
    union all
    select
        journeys.journey_key,
        exits.exit_kind,
        exits.exited_at,
        null,
        null,
        'stage claim',
        exits.exit_reason,
        null,
        null
    from exits
    inner join journeys
        on
            exits.person_key = journeys.person_key
            and exits.exited_at >= journeys.started_at
            and (
                exits.exited_at < journeys.next_started_at
                or journeys.next_started_at is null
            )

)

select * from int_stage_evidence
