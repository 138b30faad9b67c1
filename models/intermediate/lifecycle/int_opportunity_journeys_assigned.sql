{# Grain: one row per opportunity: the one journey that it belongs to, and how that was decided. #}
{%- set long_ago = "timestamp '0001-01-01'" %}
with

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

identified_journeys as (select * from {{ ref('int_journeys_identified') }}),

persons as (select * from {{ ref('int_persons_resolved') }} where is_outside_funnel),

journeys as (

    -- Without staff, competitors and test records: an opportunity of one has a journey of its own.
    -- The first journey of a person takes the opportunities from before it, and those without a
    -- date; one without a start takes only these. As bounds, since DuckDB compares each row with
    -- each where a left join has an "or".
    select
        identified_journeys.*,
        case
            when identified_journeys.journey_number = 1 then {{ long_ago }}
            else identified_journeys.started_at
        end as takes_from,
        case
            when identified_journeys.started_at is null then timestamp '0001-01-02'
            else coalesce(identified_journeys.next_started_at, timestamp '9999-12-31')
        end as takes_until
    from identified_journeys
    left join persons on identified_journeys.person_key = persons.person_key
    where persons.person_key is null

),

new_opportunities as (

    -- New business belongs to the journey of its person that was running when it was created.
    select
        opportunities.opportunity_key,
        opportunities.account_key,
        opportunities.outcome,
        opportunities.closed_at,
        coalesce(
            journeys.journey_key,
            {{ key_of(["'opportunity'", 'opportunities.opportunity_key']) }}
        ) as journey_key,
        case
            when journeys.journey_key is null then 'own_journey'
            when opportunities.has_person then 'primary_person'
            else 'earliest_open_journey_at_account'
        end as journey_match_method
    from opportunities
    left join journeys
        on
            opportunities.person_key = journeys.person_key
            and coalesce(opportunities.created_at, {{ long_ago }}) >= journeys.takes_from
            and coalesce(opportunities.created_at, {{ long_ago }}) < journeys.takes_until
    where opportunities.opportunity_type = 'new'

),

later_opportunities as (

    -- A renewal or an expansion belongs to the journey that won the account last before it was
    -- created, or else before it closed.
    select
        opportunities.opportunity_key,
        {{ last_by(
            'new_opportunities.journey_key',
            'row('
            ~ 'case when opportunities.created_at >= new_opportunities.closed_at then 1 else 0 end,'
            ~ ' new_opportunities.closed_at, new_opportunities.opportunity_key)'
        ) }} as journey_key
    from opportunities
    inner join new_opportunities
        on
            opportunities.account_key = new_opportunities.account_key
            and new_opportunities.outcome = 'won'
            -- By days: many closing dates have no time.
            and cast(coalesce(opportunities.closed_at, {{ cutoff() }}) as date)
            >= cast(new_opportunities.closed_at as date)
    where opportunities.opportunity_type != 'new'
    group by opportunities.opportunity_key

),

int_opportunity_journeys_assigned as (

    -- If none won it, the account has been a customer since before the records: all its renewals
    -- and expansions are one journey.
    select
        opportunities.opportunity_key,
        coalesce(
            new_opportunities.journey_key,
            later_opportunities.journey_key,
            case
                when opportunities.account_key is not null
                    then {{ key_of(["'older customer'", 'opportunities.account_key']) }}
            end,
            {{ key_of(["'opportunity'", 'opportunities.opportunity_key']) }}
        ) as journey_key,
        case
            when new_opportunities.journey_match_method is not null
                then new_opportunities.journey_match_method
            when later_opportunities.journey_key is not null then 'journey_that_won_the_account'
            else 'account_won_before_the_records'
        end as journey_match_method
    from opportunities
    left join new_opportunities
        on opportunities.opportunity_key = new_opportunities.opportunity_key
    left join later_opportunities
        on opportunities.opportunity_key = later_opportunities.opportunity_key

)

select * from int_opportunity_journeys_assigned
