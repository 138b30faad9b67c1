{# Grain: one row per item of an order. #}
with

items as (select * from {{ source('olist', 'order_items') }}),

orders as (select * from {{ source('olist', 'orders') }}),

read_items as (

    select
        items.*,
        orders.order_status,
        try_cast(orders.order_purchase_timestamp as timestamp) as bought_at,
        items.order_id || '|' || items.order_item_id as item_id,
        {{ revenue_funnel.row_as_json('items') }} as row_json
    from items
    left join orders on items.order_id = orders.order_id

),

stg_olist__payments as (

    select
        item_id as payment_id,
        seller_id as customer_record_id,
        try_cast(price as decimal(18, 4)) as amount,
        'BRL' as currency,
        'payment' as kind,
        bought_at as paid_at,
        'order_items' as source_table,
        item_id as source_key,
        case
            when item_id is null then 'no_key'
            when order_status in ('canceled', 'unavailable') then 'not_needed'
            when bought_at is null then 'unknown_reference'
            when try_cast(price as decimal(18, 4)) is null then 'unreadable_value'
        end as reason_code,
        case when try_cast(price as decimal(18, 4)) is null then 'price' end as reason_detail,
        row_json
    from read_items

)

select * from stg_olist__payments
