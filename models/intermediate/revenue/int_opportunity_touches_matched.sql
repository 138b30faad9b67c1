{# Grain: one row a won deal and marketing touch before it; a deal without any has one row that says
   so. #}
with

deals as (select * from {{ ref('int_opportunities_described') }} where outcome = 'won'),

touches as (select * from {{ ref('int_touch_journeys_assigned') }} where occurred_at is not null),

kinds as (

    -- What sales does is work on a lead, no marketing touch.
    select * from {{ ref('evidence_kinds') }}
    where signal in ('noticed', 'interested')

),

persons as (select * from {{ ref('dim_persons') }}),

windows as (

    -- What came before the account's last win has had its reward, unless the deal was made by then.
    select
        deals.opportunity_key,
        deals.account_key,
        deals.person_key,
        {{ or_end('deals.closed_at') }} as until_at,
        coalesce(max(earlier.closed_at), {{ start_of_time() }}) as since_at
    from deals
    left join deals as earlier
        on
            deals.account_key = earlier.account_key
            and deals.created_at >= earlier.closed_at
    group by
        deals.opportunity_key,
        deals.account_key,
        deals.person_key,
        {{ or_end('deals.closed_at') }}

),

marketing_touches as (

    select
        touches.touch_key,
        touches.person_key,
        persons.account_key,
        coalesce(touches.channel, 'unknown') as channel,
        touches.occurred_at
    from touches
    inner join kinds on touches.kind = kinds.kind
    inner join persons on touches.person_key = persons.person_key

),

shared as (

    {% for key in ['account_key', 'person_key'] -%}
    select
        windows.opportunity_key,
        marketing_touches.touch_key,
        marketing_touches.channel,
        marketing_touches.occurred_at
    from windows
    inner join marketing_touches on windows.{{ key }} = marketing_touches.{{ key }}
    where
        marketing_touches.occurred_at >= windows.since_at
        and marketing_touches.occurred_at < windows.until_at
    {{ 'union distinct' if not loop.last }}
    {% endfor %}

),

int_opportunity_touches_matched as (

    select
        {{ key_of(['deals.opportunity_key', 'coalesce(shared.touch_key, 0)']) }} as deal_touch_key,
        deals.opportunity_key,
        shared.touch_key,
        coalesce(shared.channel, 'none') as channel,
        deals.won_amount,
        count(shared.touch_key) over (partition by deals.opportunity_key) as touch_count,
        row_number() over (
            partition by deals.opportunity_key order by shared.occurred_at, shared.touch_key
        ) as touch_number,
        {{ days_between(
            'shared.occurred_at', 'max(shared.occurred_at) over (partition by deals.opportunity_key)'
        ) }} as before_last_days,
        shared.occurred_at as touched_at,
        deals.closed_at
    from deals
    left join shared on deals.opportunity_key = shared.opportunity_key

)

select * from int_opportunity_touches_matched
