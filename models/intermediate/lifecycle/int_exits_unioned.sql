{# Grain: one row each time a person leaves the funnel: disqualified or recycled by sales, with the
   last open opportunity lost, or with the last subscription ended. #}
with

stage_claims as (select * from {{ ref('int_stage_claims_unioned') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

opportunities as (

    select * from {{ ref('int_opportunity_persons_assigned') }} where opportunity_type = 'new'

),

states as (select * from {{ ref('int_opportunity_states_dated') }}),

churns as (select * from {{ ref('int_churns_detected') }}),

lost_moments as (

    -- An opportunity can be lost more than once. Its history has each time; the last one is that of
    -- the opportunity itself. If the opportunity is open, its history lacks the reopening.
    select
        states.opportunity_key,
        states.entered_at as lost_at
    from states
    inner join opportunities on states.opportunity_key = opportunities.opportunity_key
    where
        states.outcome = 'lost'
        and (not states.is_last or opportunities.outcome = 'won')
    union
    select
        opportunity_key,
        closed_at as lost_at
    from opportunities
    where outcome = 'lost'

),

losses as (

    select
        opportunities.opportunity_key,
        opportunities.person_key,
        opportunities.lost_reason,
        opportunities.system,
        lost_moments.lost_at
    from lost_moments
    inner join opportunities
        on lost_moments.opportunity_key = opportunities.opportunity_key

),

losses_without_exit as (

    -- Another opportunity of the person was still open, or won and not churned.
    select distinct
        losses.opportunity_key,
        losses.lost_at
    from losses
    inner join opportunities
        on
            losses.person_key = opportunities.person_key
            and losses.opportunity_key != opportunities.opportunity_key
            and losses.lost_at >= opportunities.created_at
    left join churns
        on
            opportunities.opportunity_key = churns.opportunity_key
            and losses.lost_at >= churns.exited_at
            and losses.lost_at < {{ or_end('churns.returned_at') }}
    where
        churns.opportunity_key is null
        and (
            opportunities.outcome = 'won'
            or opportunities.outcome = 'open'
            or opportunities.closed_at > losses.lost_at
        )

),

int_exits_unioned as (

    select
        records.person_key,
        cast(null as bigint) as opportunity_key,
        'recycling' as exit_kind,
        cast(null as {{ dbt.type_string() }}) as stage,
        stage_claims.label as exit_reason,
        stage_claims.system,
        stage_claims.claim_key as evidence_key,
        stage_claims.claimed_at as exited_at
    from stage_claims
    inner join records on stage_claims.record_key = records.record_key
    where stage_claims.stage = 'recycled'
    union all
    select
        records.person_key,
        cast(null as bigint) as opportunity_key,
        'disqualification' as exit_kind,
        stages.stage,
        stage_claims.label as exit_reason,
        stage_claims.system,
        stage_claims.claim_key as evidence_key,
        stage_claims.claimed_at as exited_at
    from stage_claims
    inner join records on stage_claims.record_key = records.record_key
    left join stages on stage_claims.stage = stages.stage
    where stages.entered_by = 'disqualification'
    union all
    select
        losses.person_key,
        losses.opportunity_key,
        'opportunity_lost' as exit_kind,
        stages.stage,
        losses.lost_reason as exit_reason,
        losses.system,
        losses.opportunity_key as evidence_key,
        losses.lost_at as exited_at
    from losses
    left join losses_without_exit
        on
            losses.opportunity_key = losses_without_exit.opportunity_key
            and losses.lost_at = losses_without_exit.lost_at
    left join stages on stages.entered_by = 'opportunity_lost'
    where losses_without_exit.opportunity_key is null
    union all
    select
        churns.person_key,
        churns.opportunity_key,
        'subscriptions_ended' as exit_kind,
        stages.stage,
        churns.exit_reason,
        churns.system,
        churns.opportunity_key as evidence_key,
        churns.exited_at
    from churns
    left join stages on stages.entered_by = 'subscriptions_ended'

)

select * from int_exits_unioned
