{# Grain: one row per deal that was won. #}
with

deals as (select * from {{ source('olist', 'closed_deals') }}),

read_deals as (

    select
        *,
        try_cast(won_date as timestamp) as won_at,
        case
            when mql_id is null then 'no_key'
            when won_date is null then 'missing_value'
            when try_cast(won_date as timestamp) is null then 'unreadable_value'
        end as reason_code,
        {{ revenue_funnel.row_as_json('deals') }} as row_json
    from deals

),

stg_olist__opportunities as (

    select
        mql_id as opportunity_id,
        seller_id as company_record_id,
        mql_id as primary_record_id,
        'new' as opportunity_type,
        'BRL' as currency,
        true as is_won,
        sr_id as owner_id,
        -- The day of the consultancy, at which an opportunity begins, is not in the files: no created_at.
        won_at as closed_at,
        {{ olist_origin('closed_deals', 'mql_id') }}
    from read_deals

)

select * from stg_olist__opportunities
