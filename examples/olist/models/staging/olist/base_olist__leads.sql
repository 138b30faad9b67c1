{# Grain: one row per lead of the file, with the seller that it became, if it did. #}
with

leads as (select * from {{ source('olist', 'marketing_qualified_leads') }}),

deals as (select * from {{ source('olist', 'closed_deals') }}),

base_olist__leads as (

    select
        leads.mql_id,
        leads.origin,
        leads.landing_page_id,
        deals.seller_id,
        deals.sdr_id,
        try_cast(leads.first_contact_date as timestamp) as first_contact_at,
        case
            when leads.mql_id is null then 'no_key'
            when leads.first_contact_date is null then 'missing_value'
            when try_cast(leads.first_contact_date as timestamp) is null then 'unreadable_value'
        end as reason_code,
        {{ revenue_funnel.row_as_json('leads') }} as row_json
    from leads
    left join deals on leads.mql_id = deals.mql_id

)

select * from base_olist__leads
