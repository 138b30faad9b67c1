{# Grain: one row per opportunity and marketing touch before it closed; an opportunity without any
   touch has one row with the first channel of its journey. The touches that share the credit of a
   win. #}
with

opportunities as (select * from {{ ref('dim_opportunities') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

touches as (select * from {{ ref('int_touch_journeys_assigned') }} where occurred_at is not null),

marketing_kinds as (

    -- What sales does is work on a lead, not a marketing touch.
    select * from {{ ref('evidence_kinds') }}
    where signal in ('noticed', 'interested')

),

persons as (select * from {{ ref('dim_persons') }}),

origins as (select * from {{ ref('int_origins_resolved') }}),

rare_campaigns as (select * from {{ ref('int_rare_campaigns_listed') }}),

touch_windows as (

    -- Touches before the account's previous win were credited with that win, unless this
    -- opportunity existed by then.
    select
        opportunities.opportunity_key,
        opportunities.account_key,
        opportunities.person_key,
        {{ or_end('opportunities.closed_at') }} as until_at,
        coalesce(max(earlier_wins.closed_at), {{ start_of_time() }}) as since_at
    from opportunities
    left join opportunities as earlier_wins
        on
            opportunities.account_key = earlier_wins.account_key
            and earlier_wins.outcome = 'won'
            and opportunities.opportunity_key != earlier_wins.opportunity_key
            and opportunities.created_at >= earlier_wins.closed_at
    group by
        opportunities.opportunity_key,
        opportunities.account_key,
        opportunities.person_key,
        {{ or_end('opportunities.closed_at') }}

),

numbered_touches as (

    select
        touches.*,
        row_number() over (
            partition by touches.person_key order by touches.occurred_at, touches.touch_key
        ) as person_touch_number
    from touches
    inner join marketing_kinds on touches.kind = marketing_kinds.kind

),

marketing_touches as (

    -- The first touch of a person stands for where the person came from.
    select
        touches.touch_key,
        touches.person_key,
        persons.account_key,
        case
            when touches.person_touch_number = 1 then coalesce(origins.channel, 'unknown')
            else coalesce(touches.channel, 'unknown')
        end as channel,
        {{ published_campaign(
            'case when touches.person_touch_number = 1 then origins.campaign'
            ~ ' else touches.campaign end',
            'rare_campaigns'
        ) }} as campaign,
        touches.occurred_at
    from numbered_touches as touches
    inner join persons on touches.person_key = persons.person_key
    left join origins on touches.person_key = origins.person_key
    left join rare_campaigns
        on
            case
                when touches.person_touch_number = 1 then origins.campaign else touches.campaign
            end = rare_campaigns.campaign

),

opportunity_touches as (

    -- Those of everybody at the account, and those of its person.
    {% for key in ['account_key', 'person_key'] -%}
    select
        touch_windows.opportunity_key,
        marketing_touches.touch_key,
        marketing_touches.channel,
        marketing_touches.campaign,
        marketing_touches.occurred_at
    from touch_windows
    inner join marketing_touches on touch_windows.{{ key }} = marketing_touches.{{ key }}
    where
        marketing_touches.occurred_at >= touch_windows.since_at
        and marketing_touches.occurred_at < touch_windows.until_at
    {{ 'union distinct' if not loop.last }}
    {% endfor %}

),

int_opportunity_touches_matched as (

    select
        {{ key_of([
            'opportunities.opportunity_key', 'coalesce(opportunity_touches.touch_key, 0)'
        ]) }} as opportunity_touch_key,
        opportunities.opportunity_key,
        opportunity_touches.touch_key,
        coalesce(opportunity_touches.channel, opportunities.channel) as channel,
        coalesce(opportunity_touches.campaign, journeys.first_campaign, 'unknown') as campaign,
        opportunities.outcome,
        opportunities.won_amount,
        count(opportunity_touches.touch_key) over (partition by opportunities.opportunity_key)
            as opportunity_touch_count,
        row_number() over (
            partition by opportunities.opportunity_key
            order by opportunity_touches.occurred_at, opportunity_touches.touch_key
        ) as touch_number,
        {{ days_between(
            'opportunity_touches.occurred_at',
            'max(opportunity_touches.occurred_at) over (partition by opportunities.opportunity_key)'
        ) }} as before_last_touch_days,
        opportunity_touches.occurred_at as touched_at
    from opportunities
    left join opportunity_touches
        on opportunities.opportunity_key = opportunity_touches.opportunity_key
    left join journeys on opportunities.journey_key = journeys.journey_key

)

select * from int_opportunity_touches_matched
