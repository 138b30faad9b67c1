{# Grain: one row per person, and per journey that consists of opportunities only, with evidence of
   where it came from. The earliest evidence wins, whatever system has it. #}
with

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

touches as (select * from {{ ref('int_touches_resolved') }}),

landed_opportunities as ({{ usable_rows(ref('int_opportunities_rows_checked')) }}),

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

opportunity_journeys as (select * from {{ ref('int_opportunity_journeys_assigned') }}),

channels as (select * from {{ ref('channels') }}),

evidence_order as (select * from {{ ref('channel_evidence') }}),

person_records as (

    select
        people.*,
        records.person_key
    from people
    inner join records on people.record_key = records.record_key

),

first_records as (

    select
        person_key,
        min(created_at) as created_at
    from person_records
    group by person_key

),

first_touches as (

    -- Only the first touch of all can show the origin; what came later met a person known already.
    select
        person_key,
        {{ first_by(
            'touch_key', 'row(coalesce(occurred_at, ' ~ end_of_time() ~ '), touch_key)'
        ) }} as touch_key
    from touches
    group by person_key

),

evidence as (

    select
        person_key,
        {{ typed_null('bigint') }} as journey_key,
        'original_source' as evidence,
        system,
        source_channel as channel,
        lead_campaign as campaign,
        coalesce(first_seen_at, created_at) as evidence_at,
        record_key as evidence_key
    from person_records
    union all
    select
        person_key,
        {{ typed_null('bigint') }} as journey_key,
        'tracking_parameters' as evidence,
        system,
        tracking_channel as channel,
        lead_campaign as campaign,
        coalesce(first_seen_at, created_at) as evidence_at,
        record_key as evidence_key
    from person_records
    union all
    -- A mail to somebody who had a record by then was sent by the company itself.
    select
        touches.person_key,
        {{ typed_null('bigint') }} as journey_key,
        touches.kind as evidence,
        touches.system,
        touches.channel,
        touches.campaign,
        touches.occurred_at as evidence_at,
        touches.touch_key as evidence_key
    from first_touches
    inner join touches on first_touches.touch_key = touches.touch_key
    left join first_records on touches.person_key = first_records.person_key
    left join channels on touches.channel = channels.channel
    where
        not coalesce(channels.is_sent_to_known_people, false)
        or coalesce({{ days_between('first_records.created_at', 'touches.occurred_at') }} < 1, true)
    union all
    select
        opportunities.person_key,
        case when opportunities.person_key is null then opportunity_journeys.journey_key end
            as journey_key,
        'opportunity_source' as evidence,
        landed_opportunities.system,
        landed_opportunities.source_channel as channel,
        {{ typed_null('text') }} as campaign,
        landed_opportunities.created_at as evidence_at,
        landed_opportunities.opportunity_key as evidence_key
    from landed_opportunities
    inner join opportunities
        on landed_opportunities.opportunity_key = opportunities.opportunity_key
    inner join opportunity_journeys
        on landed_opportunities.opportunity_key = opportunity_journeys.opportunity_key

),

ranked_evidence as (

    -- A label that no seed maps counts where nothing else is known.
    select
        evidence.*,
        row_number() over (
            partition by evidence.person_key, evidence.journey_key
            order by
                evidence.channel = 'unmapped',
                cast(evidence.evidence_at as date) nulls last,
                coalesce(own_order.evidence_rank, any_order.evidence_rank),
                evidence.evidence_at,
                evidence.evidence_key
        ) as evidence_number
    from evidence
    left join evidence_order as own_order
        on evidence.evidence = own_order.evidence and evidence.system = own_order.system
    left join evidence_order as any_order
        on evidence.evidence = any_order.evidence and any_order.system = 'any'
    where
        evidence.channel <> 'unknown'
        and coalesce(own_order.evidence_rank, any_order.evidence_rank) is not null

),

int_origins_resolved as (

    -- The campaign is that of the best evidence for the same channel that names one.
    select
        origins.person_key,
        origins.journey_key,
        origins.channel,
        coalesce(
            {{ first_by(
                'named_evidence.campaign', oldest(
                    'named_evidence.campaign', 'named_evidence.evidence_number'
                )
            ) }},
            'unknown'
        ) as campaign,
        origins.evidence,
        origins.system,
        origins.evidence_at
    from ranked_evidence as origins
    left join ranked_evidence as named_evidence
        on
            coalesce(origins.person_key, origins.journey_key)
            = coalesce(named_evidence.person_key, named_evidence.journey_key)
            and origins.channel = named_evidence.channel
    where origins.evidence_number = 1
    group by
        origins.person_key, origins.journey_key, origins.channel, origins.evidence,
        origins.system, origins.evidence_at

)

select * from int_origins_resolved
