{# Grain: one row per journey, of a person or of opportunities without one: its person and account,
   its funnel, and the channels that it came by. #}
{%- set employees -%}
coalesce(
                accounts.employees,
                case
                    when coalesce(accounts.account_key = persons.account_key, true)
                        then persons.company_employees
                end
            )
{%- endset %}
with

person_journeys as (select * from {{ ref('int_journeys_identified') }}),

opportunity_journeys as (select * from {{ ref('int_opportunity_journeys_assigned') }}),

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

persons as (select * from {{ ref('int_persons_resolved') }}),

accounts as (select * from {{ ref('int_accounts_described') }}),

funnels as (select * from {{ ref('funnels') }}),

origins as (select * from {{ ref('int_origins_resolved') }}),

rare_campaigns as (select * from {{ ref('int_rare_campaigns_listed') }}),

touches as (select * from {{ ref('int_touch_journeys_assigned') }}),

journeys as (

    select
        journey_key,
        person_key,
        journey_number,
        'person' as journey_origin
    from person_journeys
    union all
    -- Opportunities without a person are journeys of their own.
    select distinct
        opportunity_journeys.journey_key,
        {{ typed_null('bigint') }} as person_key,
        1 as journey_number,
        'opportunity' as journey_origin
    from opportunity_journeys
    left join person_journeys on opportunity_journeys.journey_key = person_journeys.journey_key
    where person_journeys.journey_key is null

),

last_channels as (

    -- A touch without a date counts before all others.
    select
        journey_key,
        {{ last_by(
            'channel',
            'row(coalesce(occurred_at, ' ~ start_of_time() ~ '), touch_key)'
        ) }} as channel
    from touches
    where channel <> 'unknown'
    group by journey_key

),

journey_opportunities as (

    -- The account of the first opportunity that has one, of a won one before others, and the owner
    -- of the last.
    select
        opportunity_journeys.journey_key,
        {{ first_by(
            'opportunities.account_key',
            oldest(
                'opportunities.account_key',
                "opportunities.outcome != 'won', "
                ~ 'coalesce(opportunities.created_at, ' ~ start_of_time() ~ '), '
                ~ 'opportunities.opportunity_key'
            )
        ) }} as account_key,
        {{ last_by(
            'opportunities.owner_key',
            oldest(
                'opportunities.owner_key',
                'coalesce(opportunities.created_at, ' ~ start_of_time() ~ '), '
                ~ 'opportunities.opportunity_key'
            )
        ) }} as latest_opportunity_owner_key
    from opportunity_journeys
    inner join opportunities
        on opportunity_journeys.opportunity_key = opportunities.opportunity_key
    group by opportunity_journeys.journey_key

),

int_journeys_described as (

    select
        journeys.journey_key,
        journeys.person_key,
        -- Who buys for another company is at that one in this journey.
        coalesce(journey_opportunities.account_key, persons.account_key) as account_key,
        journey_opportunities.latest_opportunity_owner_key,
        coalesce(funnels.funnel, 'unknown') as funnel,
        journeys.journey_number,
        journeys.journey_origin,
        coalesce(person_origins.channel, journey_origins.channel, 'unknown') as first_channel,
        {{ published_campaign(
            'coalesce(person_origins.campaign, journey_origins.campaign)', 'rare_campaigns'
        ) }} as first_campaign,
        coalesce(last_channels.channel, 'unknown') as last_channel
    from journeys
    left join persons on journeys.person_key = persons.person_key
    left join journey_opportunities
        on journeys.journey_key = journey_opportunities.journey_key
    left join accounts
        on coalesce(journey_opportunities.account_key, persons.account_key) = accounts.account_key
    left join funnels
        on
            {{ size_is_in_funnel(employees) }}
    left join origins as person_origins on journeys.person_key = person_origins.person_key
    left join origins as journey_origins
        on journeys.journey_key = journey_origins.journey_key
    left join rare_campaigns
        on coalesce(person_origins.campaign, journey_origins.campaign) = rare_campaigns.campaign
    left join last_channels
        on journeys.journey_key = last_channels.journey_key

)

select * from int_journeys_described
