{# Grain: one row per subscription with items. #}
{{ config(enabled=provides('stg_stripe__subscriptions')) }}

with

items as (

    {{ read_lookup(
        'stripe', 'subscription_item',
        {
            'id': 'text', 'subscription_id': 'text', 'plan_id': 'text',
            'price_id': 'text', 'quantity': 'bigint', '_fivetran_deleted': 'boolean',
        },
        key=['id'],
    ) }}

),

prices as (select * from {{ ref('base_stripe__prices') }}),

-- Metered use is billed afterwards: it is no recurring revenue.
base_stripe__subscription_amounts as (

    select
        items.subscription_id,
        count(*) as item_count,
        min(prices.plan) as plan,
        min(prices.currency) as currency,
        min(prices.unit_amount) as unit_amount,
        min(prices.yearly_periods) as yearly_periods,
        min(prices.interval_count) as interval_count,
        cast(sum({{ stripe_month(
            'coalesce(items.quantity, 1)', 'prices.unit_amount',
            'prices.yearly_periods', 'prices.interval_count',
        ) }}) as decimal(18, 4)) as monthly_amount
    from items
    left join prices on coalesce(items.price_id, items.plan_id) = prices.price_id
    where
        not coalesce(items._fivetran_deleted, false)
        and not coalesce(prices.is_metered, false)
    group by items.subscription_id

)

select * from base_stripe__subscription_amounts
