{# Grain: one row per seller. #}
with

sellers as (select * from {{ source('olist', 'sellers') }}),

deals as (select * from {{ source('olist', 'closed_deals') }}),

all_sellers as (

    select
        sellers.seller_id,
        'sellers' as source_table,
        {{ revenue_funnel.row_as_json('sellers') }} as row_json
    from sellers
    union all
    -- Most sellers who were won have no orders in the files.
    select
        deals.seller_id,
        'closed_deals.seller',
        {{ revenue_funnel.row_as_json('deals') }}
    from deals
    left join sellers on deals.seller_id = sellers.seller_id
    where sellers.seller_id is null

),

stg_olist__companies as (

    select
        seller_id as company_record_id,
        'BR' as country,
        source_table,
        seller_id as source_key,
        case when seller_id is null then 'no_key' end as reason_code,
        row_json
    from all_sellers

)

select * from stg_olist__companies
