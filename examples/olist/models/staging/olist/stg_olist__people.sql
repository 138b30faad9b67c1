{# Grain: one row per lead. #}
with

leads as (select * from {{ ref('base_olist__leads') }}),

stg_olist__people as (

    select
        mql_id as record_id,
        'BR' as country,
        seller_id as company_record_id,
        origin as lead_source,
        first_contact_at as created_at,
        {{ olist_origin('marketing_qualified_leads', 'mql_id') }}
    from leads

)

select * from stg_olist__people
