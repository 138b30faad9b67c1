{# Grain: one row each time a person, or the account of a customer, leaves the funnel: disqualified, recycled, lost, churned. #}
with

claims as (select * from {{ ref('int_stage_claims_unioned') }} where reason_code is null),

records as (select * from {{ ref('int_records_resolved') }}),

opportunities as (select * from {{ ref('int_opportunities_resolved') }}),

stages as (select * from {{ ref('int_opportunity_stages_unioned') }} where reason_code is null),

subscriptions as (

    select * from {{ ref('int_subscriptions_unioned') }} where reason_code is null

),

companies as (select * from {{ ref('int_companies_resolved') }}),

claimed as (

    select
        records.person_key,
        claims.stage as exit_kind,
        claims.label as exit_reason,
        claims.system,
        claims.claimed_at as exited_at
    from claims
    inner join records on claims.record_key = records.record_key
    where claims.stage in ('disqualified', 'recycled')

),

lost_moments as (

    -- A deal can be lost more than once: each time is told by its history, or by the deal itself where there is none.
    select
        opportunity_key,
        entered_at as lost_at
    from stages
    where stage = 'lost'
    union
    select
        opportunity_key,
        closed_at
    from opportunities
    where outcome = 'lost'

),

spells as (

    select
        companies.account_key,
        subscriptions.system,
        subscriptions.end_reason,
        subscriptions.started_at,
        subscriptions.ended_at
    from subscriptions
    inner join companies on subscriptions.company_key = companies.company_key

),

churned as (

    select
        ended.account_key,
        ended.system,
        min(ended.end_reason) as exit_reason,
        ended.ended_at as exited_at
    from spells as ended
    left join spells as running
        on
            ended.account_key = running.account_key
            and running.started_at <= ended.ended_at
            and (running.ended_at > ended.ended_at or running.ended_at is null)
    where ended.ended_at is not null and running.account_key is null
    group by ended.account_key, ended.system, ended.ended_at

),

last_wins as (

    select
        churned.account_key,
        churned.system,
        churned.exit_reason,
        churned.exited_at,
        {{ last_by('opportunities.opportunity_key', 'row(opportunities.closed_at, opportunities.opportunity_key)') }}
            as opportunity_key
    from churned
    inner join opportunities
        on
            churned.account_key = opportunities.account_key
            and opportunities.outcome = 'won'
            and opportunities.opportunity_type = 'new'
            and opportunities.closed_at <= churned.exited_at
    group by
        churned.account_key, churned.system, churned.exit_reason, churned.exited_at

),

left_customers as (

    select
        opportunities.person_key,
        opportunities.opportunity_key,
        last_wins.exit_reason,
        last_wins.system,
        last_wins.exited_at
    from last_wins
    inner join opportunities on last_wins.opportunity_key = opportunities.opportunity_key

),

still_standing as (

    -- Losing one deal is no exit while the person has another one open, or has won one and stayed.
    select distinct
        lost_moments.opportunity_key,
        lost_moments.lost_at
    from lost_moments
    inner join opportunities as lost
        on lost_moments.opportunity_key = lost.opportunity_key
    inner join opportunities as other
        on
            lost.person_key = other.person_key
            and lost.opportunity_key != other.opportunity_key
            and other.opportunity_type = 'new'
            and other.created_at <= lost_moments.lost_at
    left join left_customers
        on
            other.opportunity_key = left_customers.opportunity_key
            and left_customers.exited_at <= lost_moments.lost_at
    where
        left_customers.opportunity_key is null
        and (
            other.outcome = 'won'
            or other.closed_at is null
            or other.closed_at > lost_moments.lost_at
        )

),

int_exits_detected as (

    select
        person_key,
        cast(null as bigint) as opportunity_key,
        exit_kind,
        exit_reason,
        system,
        exited_at
    from claimed
    union all
    select
        opportunities.person_key,
        opportunities.opportunity_key,
        'lost',
        opportunities.lost_reason,
        opportunities.system,
        lost_moments.lost_at
    from lost_moments
    inner join opportunities
        on lost_moments.opportunity_key = opportunities.opportunity_key
    left join still_standing
        on
            lost_moments.opportunity_key = still_standing.opportunity_key
            and lost_moments.lost_at = still_standing.lost_at
    where
        opportunities.opportunity_type = 'new'
        and still_standing.opportunity_key is null
    union all
    select
        person_key,
        opportunity_key,
        'churned',
        exit_reason,
        system,
        exited_at
    from left_customers

)

select * from int_exits_detected
