{# Grain: one row a journey that has entered a stage: whose it is, its funnel, and the channels
   that it came by. #}
{%- set long_ago = "cast('1970-01-01' as timestamp)" -%}
{%- set touch_order = "row(coalesce(occurred_at, " ~ long_ago ~ "), touch_key)" -%}
{%- set deal_order =
    "coalesce(opportunities.created_at, " ~ long_ago ~ "), opportunities.opportunity_key"
-%}

with

entered as (select distinct journey_key from {{ ref('int_stage_entries_unioned') }}),

split as (select * from {{ ref('int_journeys_identified') }}),

assigned as (select * from {{ ref('int_opportunity_journeys_assigned') }}),

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

persons as (select * from {{ ref('int_persons_resolved') }}),

accounts as (select * from {{ ref('int_accounts_resolved') }}),

funnels as (select * from {{ ref('funnels') }}),

touches as (select * from {{ ref('int_touch_journeys_assigned') }}),

channels as (

    select
        journey_key,
        {{ first_by('channel', touch_order) }} as first_channel,
        {{ last_by('channel', touch_order) }} as last_channel
    from touches
    where channel is not null
    group by journey_key

),

deals as (

    select
        assigned.journey_key,
        {{ first_by(
            'opportunities.account_key',
            oldest('opportunities.account_key', deal_order)
        ) }} as account_key,
        {{ last_by(
            'opportunities.owner_key',
            oldest('opportunities.owner_key', deal_order)
        ) }} as owner_key
    from assigned
    inner join opportunities on assigned.opportunity_key = opportunities.opportunity_key
    group by assigned.journey_key

),

int_journeys_described as (

    select
        entered.journey_key,
        split.person_key,
        coalesce(persons.account_key, deals.account_key) as account_key,
        deals.owner_key,
        coalesce(funnels.funnel, 'unknown') as funnel,
        coalesce(split.journey_number, 1) as journey_number,
        case when split.journey_key is null then 'opportunity' else 'person' end as journey_origin,
        coalesce(channels.first_channel, 'unknown') as first_channel,
        coalesce(channels.last_channel, 'unknown') as last_channel
    from entered
    left join split on entered.journey_key = split.journey_key
    left join persons on split.person_key = persons.person_key
    left join deals on entered.journey_key = deals.journey_key
    left join accounts
        on coalesce(persons.account_key, deals.account_key) = accounts.account_key
    left join funnels
        on
            {{ size_is_in_funnel('coalesce(accounts.employees, persons.company_employees)') }}
    left join channels on entered.journey_key = channels.journey_key

)

select * from int_journeys_described
