{# Grain: one row each time a person leaves the funnel: disqualified or recycled by sales, with the
   last open opportunity lost, or with the last subscription ended. #}
with

stage_claims as (select * from {{ ref('int_stage_claims_unioned') }}),

people as (select * from {{ ref('int_people_unioned') }}),

reason_history as (

    select * from {{ ref('int_attribute_history_combined') }}
    where entity = 'people' and attribute = 'exit_reason'

),

reason_records as (select distinct record_key from reason_history),

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
        -- Of one that was reopened since, the reason is unknown.
        case when opportunities.outcome = 'lost' then opportunities.lost_reason else 'unknown' end
            as lost_reason,
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

claim_exits as (

    select
        stage_claims.*,
        'recycling' as exit_kind,
        cast(null as {{ dbt.type_string() }}) as exit_stage
    from stage_claims
    where stage_claims.stage = 'recycled'
    union all
    select
        stage_claims.*,
        'disqualification' as exit_kind,
        stages.stage as exit_stage
    from stage_claims
    left join stages on stage_claims.stage = stages.stage
    where stages.entered_by = 'disqualification'

),

ranked_exits as (

    select
        claim_exits.*,
        records.person_key,
        row_number() over (
            partition by claim_exits.record_key
            order by claim_exits.claimed_at desc, claim_exits.claim_key desc
        ) as recency_number
    from claim_exits
    inner join records on claim_exits.record_key = records.record_key

),

claim_reasons as (

    -- The reason on the record a day after the exit, for people fill it in late. Where a system
    -- keeps no history of it, the reason of today is that of the last exit.
    select
        ranked_exits.*,
        case
            when histories.record_key is not null then reason_history.value
            when ranked_exits.recency_number = 1 then people.exit_reason
        end as exit_reason
    from ranked_exits
    left join people on ranked_exits.record_key = people.record_key
    left join reason_records as histories
        on ranked_exits.record_key = histories.record_key
    left join reason_history
        on
            ranked_exits.record_key = reason_history.record_key
            and {{ add_days('ranked_exits.claimed_at', 1) }} >= reason_history.valid_from
            and {{ add_days('ranked_exits.claimed_at', 1) }} < reason_history.valid_to

),

exits as (

    select
        person_key,
        cast(null as bigint) as opportunity_key,
        exit_kind,
        exit_stage as stage,
        exit_reason,
        system,
        claim_key as evidence_key,
        claimed_at as exited_at
    from claim_reasons
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

),

grouped_exits as (

    select
        *,
        case exit_kind when 'recycling' then 'disqualification' else exit_kind end as reason_kind
    from exits

),

int_exits_unioned as (

    -- none: the system records reasons, and this exit has none.
    select
        person_key,
        opportunity_key,
        exit_kind,
        stage,
        case
            when exit_reason is not null then exit_reason
            when count(exit_reason) over (partition by system, reason_kind) > 0 then 'none'
            else 'not_recorded'
        end as exit_reason,
        system,
        evidence_key,
        exited_at
    from grouped_exits

)

select * from int_exits_unioned
