with

sellers as (select * from {{ source('olist', 'sellers') }}),

deals as (select * from {{ source('olist', 'closed_deals') }}),

named as (

    select
        sellers.seller_id,
        'sellers' as source_table,
        {{ revenue_funnel.row_as_json('sellers') }} as row_json
    from sellers
    union all
    -- Most sellers who were won have no orders in the files: they are companies all the same.
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
        cast(null as varchar) as name,
        cast(null as varchar) as domain,
        cast(null as bigint) as employees,
        cast(null as varchar) as industry,
        'BR' as country,
        cast(null as decimal(18, 4)) as yearly_revenue,
        cast(null as varchar) as parent_record_id,
        cast(null as varchar) as crm_system,
        cast(null as varchar) as crm_record_id,
        cast(null as timestamp) as created_at,
        source_table,
        seller_id as source_key,
        cast(null as timestamp) as loaded_at,
        cast(null as timestamp) as deleted_at,
        case when seller_id is null then 'no_key' end as reason_code,
        cast(null as varchar) as reason_detail,
        row_json
    from named

)

select * from stg_olist__companies
