{# Grain: one row a usable deal, with the person whose journey it is: its primary person; else, for
   new business, whoever at the account had come by then, was not gone, and had come first. #}
with

opportunities as (select * from {{ ref('int_opportunities_resolved') }}),

persons as (select * from {{ ref('int_persons_resolved') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

touches as (select * from {{ ref('int_touches_resolved') }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

claims as (

    select * from {{ ref('int_stage_claims_unioned') }}
    where stage in ('disqualified', 'recycled')

),

candidates as (

    select
        opportunities.opportunity_key,
        opportunities.created_at,
        persons.person_key
    from opportunities
    inner join persons on opportunities.account_key = persons.account_key
    where opportunities.person_key is null and opportunities.opportunity_type = 'new'

),

events as (

    select
        candidates.opportunity_key,
        candidates.person_key,
        touches.occurred_at,
        case when kinds.signal = 'noticed' then 'noticed' else 'interested' end as event
    from candidates
    inner join touches on candidates.person_key = touches.person_key
    inner join kinds on touches.kind = kinds.kind
    where candidates.created_at >= touches.occurred_at
    union all
    select
        candidates.opportunity_key,
        candidates.person_key,
        claims.claimed_at as occurred_at,
        'gone' as event
    from candidates
    inner join records on candidates.person_key = records.person_key
    inner join claims on records.record_key = claims.record_key
    where candidates.created_at >= claims.claimed_at
    union all
    select
        candidates.opportunity_key,
        candidates.person_key,
        opportunities.closed_at as occurred_at,
        'gone' as event
    from candidates
    inner join opportunities on candidates.person_key = opportunities.person_key
    where
        opportunities.outcome = 'lost'
        and opportunities.opportunity_type = 'new'
        and candidates.created_at >= opportunities.closed_at

),

standing as (

    select
        opportunity_key,
        person_key,
        min(case when event != 'gone' then occurred_at end) as came_at,
        max(case when event = 'interested' then occurred_at end) as last_interest_at,
        max(case when event = 'gone' then occurred_at end) as gone_at
    from events
    group by opportunity_key, person_key

),

adopted as (

    select
        opportunity_key,
        {{ first_by('person_key', 'row(came_at, person_key)') }} as person_key
    from standing
    where came_at is not null and (gone_at is null or last_interest_at > gone_at)
    group by opportunity_key

),

int_opportunity_persons_assigned as (

    select
        opportunities.opportunity_key,
        opportunities.system,
        coalesce(opportunities.person_key, adopted.person_key) as person_key,
        opportunities.account_key,
        opportunities.owner_key,
        opportunities.opportunity_type,
        opportunities.pipeline,
        opportunities.outcome,
        opportunities.lost_reason,
        opportunities.currency,
        opportunities.amount,
        opportunities.person_key is not null as has_person,
        opportunities.created_at,
        opportunities.closed_at
    from opportunities
    left join adopted on opportunities.opportunity_key = adopted.opportunity_key

)

select * from int_opportunity_persons_assigned
