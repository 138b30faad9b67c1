{# Grain: one row a deal of new business: the one journey that it belongs to, and how that was decided. #}
with

new_deals as (

    select * from {{ ref('int_opportunities_resolved') }} where opportunity_type = 'new'

),

journeys as (select * from {{ ref('int_journeys_split') }}),

exits as (select * from {{ ref('int_exits_unioned') }}),

persons as (select * from {{ ref('int_persons_resolved') }}),

by_person as (

    select
        new_deals.opportunity_key,
        journeys.journey_key
    from new_deals
    inner join journeys
        on
            new_deals.person_key = journeys.person_key
            and (
                (
                    new_deals.created_at >= journeys.started_at
                    and (
                        new_deals.created_at < journeys.next_started_at
                        or journeys.next_started_at is null
                    )
                )
                -- A deal that nobody dated, or that its history dates before its creation.
                or (
                    journeys.journey_number = 1
                    and (
                        new_deals.created_at is null
                        or new_deals.created_at < journeys.started_at
                    )
                )
            )

),

account_journeys as (

    select
        persons.account_key,
        journeys.journey_key,
        journeys.person_key,
        journeys.started_at,
        journeys.next_started_at
    from journeys
    inner join persons on journeys.person_key = persons.person_key
    where persons.account_key is not null

),

by_account as (

    -- A deal without people goes to the journey at its account that has been open longest.
    select
        new_deals.opportunity_key,
        {{ first_by('account_journeys.journey_key', 'row(account_journeys.started_at, account_journeys.journey_key)') }}
            as journey_key
    from new_deals
    inner join account_journeys
        on
            new_deals.account_key = account_journeys.account_key
            and new_deals.created_at >= account_journeys.started_at
            and (
                new_deals.created_at < account_journeys.next_started_at
                or account_journeys.next_started_at is null
            )
    left join exits
        on
            account_journeys.person_key = exits.person_key
            and exits.exited_at >= account_journeys.started_at
            and exits.exited_at <= new_deals.created_at
    where new_deals.person_key is null and exits.person_key is null
    group by new_deals.opportunity_key

),

int_new_deals_assigned as (

    select
        new_deals.opportunity_key,
        new_deals.account_key,
        new_deals.outcome,
        new_deals.closed_at,
        coalesce(
            by_person.journey_key,
            by_account.journey_key,
            {{ key_of(["'opportunity'", 'new_deals.opportunity_key']) }}
        ) as journey_key,
        case
            when by_person.journey_key is not null then 'primary person'
            when by_account.journey_key is not null then 'earliest open journey at the account'
            else 'journey of its own'
        end as assigned_by
    from new_deals
    left join by_person on new_deals.opportunity_key = by_person.opportunity_key
    left join by_account on new_deals.opportunity_key = by_account.opportunity_key

)

select * from int_new_deals_assigned
