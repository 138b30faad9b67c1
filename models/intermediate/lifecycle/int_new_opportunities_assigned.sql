{# Grain: one row a deal of new business: the one journey that it belongs to, and how that was
   decided. #}
with

opportunities as (

    select * from {{ ref('int_opportunity_persons_assigned') }} where opportunity_type = 'new'

),

journeys as (select * from {{ ref('int_journeys_identified') }}),

placed as (

    select
        opportunities.opportunity_key,
        journeys.journey_key
    from opportunities
    inner join journeys on opportunities.person_key = journeys.person_key
    where
        (
            opportunities.created_at >= journeys.started_at
            and (
                opportunities.created_at < journeys.next_started_at
                or journeys.next_started_at is null
            )
        )
        -- A deal that nobody dated, or that was won before it was created, belongs to the first
        -- journey.
        or (
            journeys.journey_number = 1
            and (
                opportunities.created_at is null
                or opportunities.created_at < journeys.started_at
            )
        )

),

int_new_opportunities_assigned as (

    select
        opportunities.opportunity_key,
        opportunities.account_key,
        opportunities.outcome,
        coalesce(
            placed.journey_key,
            {{ key_of(["'opportunity'", 'opportunities.opportunity_key']) }}
        ) as journey_key,
        case
            when placed.journey_key is null then 'journey of its own'
            when opportunities.has_person then 'primary person'
            else 'earliest open journey at the account'
        end as assigned_by,
        opportunities.closed_at
    from opportunities
    left join placed on opportunities.opportunity_key = placed.opportunity_key

)

select * from int_new_opportunities_assigned
