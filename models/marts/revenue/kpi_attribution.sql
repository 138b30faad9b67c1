{# Grain: one row a won deal, way of sharing its credit, and marketing touch that has a share. #}
{%- set ways = ['first_touch', 'last_touch', 'linear', 'position_based', 'time_decay'] -%}

with

touches as (select * from {{ ref('int_opportunity_touches_matched') }}),

deals as (select * from {{ ref('int_opportunities_described') }}),

weighted as (

    {% for way in ways -%}
    select
        *,
        '{{ way }}' as attribution_model,
        cast({{ touch_weight(way) }} as decimal(18, 12)) as weight
    from touches
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

cumulated as (

    select
        *,
        cast(
            sum(weight) over (
                partition by attribution_model, opportunity_key order by touch_number
            ) / sum(weight) over (partition by attribution_model, opportunity_key)
            as decimal(16, 8)
        ) as share_so_far
    from weighted
    where weight > 0

),

told as (

    -- Each touch has what the running total grows by, so that shares and cents add up exactly.
    select
        *,
        round(cast(won_amount as decimal(20, 2)) * share_so_far, 2) as amount_so_far,
        coalesce(lag(share_so_far) over earlier_touches, 0) as share_before,
        coalesce(
            lag(round(cast(won_amount as decimal(20, 2)) * share_so_far, 2)) over earlier_touches, 0
        ) as amount_before
    from cumulated
    window earlier_touches as (
        partition by attribution_model, opportunity_key order by touch_number
    )

),

kpi_attribution as (

    select
        {{ key_of(['told.attribution_model', 'told.deal_touch_key']) }} as attribution_key,
        told.opportunity_key,
        told.touch_key,
        told.attribution_model,
        told.channel,
        deals.funnel,
        deals.segment,
        deals.business,
        told.touch_number,
        told.touch_count,
        cast(told.share_so_far - told.share_before as decimal(16, 8)) as credit_rate,
        cast(told.amount_so_far - told.amount_before as decimal(18, 2)) as credited_amount,
        told.touched_at,
        told.closed_at
    from told
    inner join deals on told.opportunity_key = deals.opportunity_key

)

select * from kpi_attribution
