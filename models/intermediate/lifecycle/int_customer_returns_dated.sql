{# Grain: one row each time billing shows that a journey is a customer: a churned one paid again, or
   the account had paid before its first win in the CRM, a renewal or an expansion. The columns are
   those of int_stage_evidence_unioned. #}
with

churns as (select * from {{ ref('int_churns_detected') }} where returned_at is not null),

opportunities as (

    select * from {{ ref('int_opportunity_persons_assigned') }} where is_of_known_customer

),

subscriptions as (

    select * from {{ ref('int_subscriptions_unioned') }} where monthly_amount > 0

),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

journeys as (select * from {{ ref('int_opportunity_journeys_assigned') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

paid_starts as (

    select
        opportunity_key,
        system,
        returned_at as occurred_at
    from churns
    union all
    select
        opportunities.opportunity_key,
        min(subscriptions.system) as system,
        min(subscriptions.started_at) as occurred_at
    from opportunities
    inner join companies on opportunities.account_key = companies.account_key
    inner join subscriptions on companies.company_key = subscriptions.company_key
    group by opportunities.opportunity_key

),

int_customer_returns_dated as (

    select
        journeys.journey_key,
        stages.stage,
        'subscription' as evidence_kind,
        paid_starts.system as evidence_system,
        paid_starts.opportunity_key as evidence_key,
        cast(null as bigint) as opportunity_key,
        cast(null as {{ dbt.type_string() }}) as exit_reason,
        cast(null as bigint) as definition_version,
        cast(null as decimal(18, 2)) as amount,
        false as is_recycling,
        paid_starts.occurred_at
    from paid_starts
    inner join journeys on paid_starts.opportunity_key = journeys.opportunity_key
    inner join stages on stages.entered_by = 'opportunity_won'

)

select * from int_customer_returns_dated
