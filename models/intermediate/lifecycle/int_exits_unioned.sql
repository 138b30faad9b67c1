{# Grain: one row each time a person leaves the funnel: disqualified or recycled by sales, with the
   last open opportunity lost, or with the last subscription ended. #}
with

stage_claims as ({{ usable_rows(ref('int_stage_claims_rows_checked')) }}),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

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

churns as (

    select
        *,
        lost_at as exited_at
    from {{ ref('int_revenue_losses_detected') }}
    where loss_kind = 'subscriptions_ended'

),

touches as (select * from {{ ref('int_touches_resolved') }}),

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

    -- Another opportunity of the person was still open, or won and not churned. Without a date of
    -- the loss, or of the other one's creation, it counts as there at that time.
    select distinct
        losses.opportunity_key,
        losses.lost_at
    from losses
    inner join opportunities
        on
            losses.person_key = opportunities.person_key
            and losses.opportunity_key != opportunities.opportunity_key
            and coalesce(losses.lost_at >= opportunities.created_at, true)
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

compared_claims as (

    select
        stage_claims.claim_key,
        stage_claims.record_key,
        stage_claims.stage,
        records.person_key,
        stage_claims.claimed_at,
        lag(stage_claims.record_key) over earlier_claims as previous_record_key,
        lag(stage_claims.stage) over earlier_claims as previous_stage,
        lag(stage_claims.claimed_at) over earlier_claims as previous_at
    from stage_claims
    inner join records on stage_claims.record_key = records.record_key
    window earlier_claims as (
        partition by records.person_key order by stage_claims.claimed_at, stage_claims.claim_key
    )

),

repeated_claims as (

    -- Two records of a person may report one exit: nothing has happened since the first of them.
    select compared_claims.claim_key
    from compared_claims
    left join touches
        on
            compared_claims.person_key = touches.person_key
            and compared_claims.previous_at < touches.occurred_at
            and compared_claims.claimed_at >= touches.occurred_at
    where
        compared_claims.stage = compared_claims.previous_stage
        and compared_claims.record_key != compared_claims.previous_record_key
        and touches.touch_key is null

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

reported_exits as (

    -- The reason may stand on the other record alone.
    select
        claim_reasons.*,
        repeated_claims.claim_key is not null as is_repeated,
        coalesce(
            claim_reasons.exit_reason,
            case
                when lead(repeated_claims.claim_key) over later_claims is not null
                    then lead(claim_reasons.exit_reason) over later_claims
            end
        ) as reported_reason
    from claim_reasons
    left join repeated_claims on claim_reasons.claim_key = repeated_claims.claim_key
    window later_claims as (
        partition by claim_reasons.person_key
        order by claim_reasons.claimed_at, claim_reasons.claim_key
    )

),

exits as (

    select
        person_key,
        cast(null as bigint) as opportunity_key,
        exit_kind,
        exit_stage as stage,
        reported_reason as exit_reason,
        system,
        claim_key as evidence_key,
        claimed_at as exited_at
    from reported_exits
    where not is_repeated
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
            and {{ or_end('losses.lost_at') }} = {{ or_end('losses_without_exit.lost_at') }}
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
