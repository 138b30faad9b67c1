{# Grain: one row each time somebody leaves the funnel: disqualified or recycled by sales, lost,
   churned. #}
with

claims as (

    select * from {{ ref('int_stage_claims_unioned') }}
    where stage in ('disqualified', 'recycled')

),

records as (select * from {{ ref('int_record_persons_mapped') }}),

losses as (select * from {{ ref('int_losses_detected') }}),

churns as (select * from {{ ref('int_churns_detected') }}),

int_exits_unioned as (

    select
        records.person_key,
        cast(null as bigint) as opportunity_key,
        claims.stage as exit_kind,
        claims.label as exit_reason,
        claims.system,
        claims.claim_key as evidence_key,
        claims.claimed_at as exited_at
    from claims
    inner join records on claims.record_key = records.record_key
    union all
    select
        person_key,
        opportunity_key,
        'lost' as exit_kind,
        exit_reason,
        system,
        opportunity_key as evidence_key,
        exited_at
    from losses
    union all
    select
        person_key,
        opportunity_key,
        'churned' as exit_kind,
        exit_reason,
        system,
        opportunity_key as evidence_key,
        exited_at
    from churns

)

select * from int_exits_unioned
