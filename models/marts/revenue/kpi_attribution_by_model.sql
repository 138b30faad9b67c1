{# Grain: one row per won opportunity, attribution model, and marketing touch with a share of the
   credit. #}
with

touches as (

    select * from {{ ref('int_opportunity_touches_matched') }}
    where outcome = 'won'

),

opportunities as (select * from {{ ref('dim_opportunities') }}),

attribution_models as (

    {% for attribution_model in [
        'first_touch', 'last_touch', 'linear', 'position_based', 'time_decay'
    ] -%}
    select '{{ attribution_model }}' as attribution_model
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

weighted_touches as (

    -- Position-based: 40 % to the first and the last touch each, 20 % shared by those between.
    -- Time decay counts from the last touch, so that the last one never weighs nothing.
    select
        touches.*,
        attribution_models.attribution_model,
        cast(
            case attribution_models.attribution_model
                when 'first_touch' then case when touches.touch_number = 1 then 1 else 0 end
                when 'last_touch'
                    then case
                        when touches.touch_number >= touches.opportunity_touch_count then 1 else 0
                    end
                when 'linear' then 1
                when 'position_based'
                    then case
                        when touches.opportunity_touch_count <= 2 then 1
                        when touches.touch_number in (1, touches.opportunity_touch_count) then 0.4
                        else 0.2 / (touches.opportunity_touch_count - 2)
                    end
                when 'time_decay'
                    then power(
                        0.5,
                        coalesce(touches.before_last_touch_days, 0)
                        / greatest({{ int_var('attribution_half_life_days') }}, 1)
                    )
            end
            as decimal(18, 12)
        ) as weight
    from touches
    cross join attribution_models

),

cumulative_shares as (

    select
        *,
        cast(
            sum(weight) over (
                partition by attribution_model, opportunity_key order by touch_number
            ) / sum(weight) over (partition by attribution_model, opportunity_key)
            as decimal(16, 8)
        ) as share_so_far
    from weighted_touches
    where weight > 0

),

touch_credits as (

    -- Each touch gets the increase of the rounded running total, so that shares and cents add up.
    select
        *,
        round(cast(won_amount as decimal(20, 2)) * share_so_far, 2) as amount_so_far,
        coalesce(lag(share_so_far) over earlier_touches, 0) as share_before,
        coalesce(
            lag(round(cast(won_amount as decimal(20, 2)) * share_so_far, 2)) over earlier_touches, 0
        ) as amount_before
    from cumulative_shares
    window earlier_touches as (
        partition by attribution_model, opportunity_key order by touch_number
    )

),

kpi_attribution_by_model as (

    select
        {{ key_of(['touch_credits.attribution_model', 'touch_credits.opportunity_touch_key']) }}
            as attribution_key,
        touch_credits.opportunity_key,
        touch_credits.touch_key,
        touch_credits.attribution_model,
        touch_credits.channel,
        touch_credits.campaign,
        opportunities.funnel,
        opportunities.segment,
        opportunities.revenue_type,
        touch_credits.touch_number,
        touch_credits.opportunity_touch_count,
        cast(touch_credits.share_so_far - touch_credits.share_before as decimal(16, 8))
            as credit_rate,
        cast(touch_credits.amount_so_far - touch_credits.amount_before as decimal(18, 2))
            as credited_amount,
        -- One model is enough to hold all revenue once.
        touch_credits.attribution_model = 'linear' as is_additive,
        touch_credits.touched_at,
        opportunities.closed_at
    from touch_credits
    inner join opportunities on touch_credits.opportunity_key = opportunities.opportunity_key

)

select * from kpi_attribution_by_model
