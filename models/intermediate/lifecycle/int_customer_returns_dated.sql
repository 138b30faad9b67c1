{# Grain: one row each time a churned customer paid again: evidence that its journey is a customer
   again, without another opportunity. The columns are those of int_stage_evidence_unioned. #}
with

churns as (select * from {{ ref('int_churns_detected') }} where returned_at is not null),

journeys as (select * from {{ ref('int_opportunity_journeys_assigned') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

int_customer_returns_dated as (

    select
        journeys.journey_key,
        stages.stage,
        'subscription' as evidence_kind,
        churns.system as evidence_system,
        churns.opportunity_key as evidence_key,
        cast(null as bigint) as opportunity_key,
        cast(null as {{ dbt.type_string() }}) as exit_reason,
        cast(null as bigint) as definition_version,
        cast(null as decimal(18, 2)) as amount,
        false as is_recycling,
        churns.returned_at as occurred_at
    from churns
    inner join journeys on churns.opportunity_key = journeys.opportunity_key
    inner join stages on stages.entered_by = 'opportunity_won'

)

select * from int_customer_returns_dated
