{# Grain: one row a customer's journey and stage that account services gave evidence of, at the
   first event after the win. #}
with

service_events as (select * from {{ ref('int_service_events_unioned') }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

deals as (select * from {{ ref('int_opportunity_evidence_collected') }} where stage = 'customer'),

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

placed as (

    -- An event belongs to the journey that won the account last before it.
    select
        service_events.event_key,
        service_events.system,
        kinds.stage,
        service_events.occurred_at,
        {{ last_by('deals.journey_key', 'row(deals.occurred_at, deals.journey_key)') }}
            as journey_key
    from service_events
    inner join kinds on service_events.kind = kinds.kind
    inner join companies on service_events.company_key = companies.company_key
    inner join opportunities on companies.account_key = opportunities.account_key
    inner join deals
        on
            opportunities.opportunity_key = deals.opportunity_key
            and service_events.occurred_at >= deals.occurred_at
    -- lead, mql and sql are the definition's to decide.
    where kinds.stage not in ('awareness', 'lead', 'mql', 'sql')
    group by
        service_events.event_key, service_events.system, kinds.stage, service_events.occurred_at

),

int_service_evidence_collected as (

    select
        journey_key,
        stage,
        {{ first_by('event_key', 'row(occurred_at, event_key)') }} as event_key,
        {{ first_by('system', 'row(occurred_at, event_key)') }} as system,
        min(occurred_at) as occurred_at
    from placed
    group by journey_key, stage

)

select * from int_service_evidence_collected
