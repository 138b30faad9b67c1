{# Grain: one row per sales representative or SDR. #}
with

deals as (select * from {{ source('olist', 'closed_deals') }}),

reps as (

    select distinct
        sr_id as user_id,
        'sales representative' as team
    from deals
    union
    select distinct
        sdr_id,
        'sales development'
    from deals

),

stg_olist__users as (

    select
        user_id,
        min(team) as team,
        'closed_deals.reps' as source_table,
        user_id as source_key,
        case when user_id is null then 'no_key' end as reason_code
    from reps
    group by user_id

)

select * from stg_olist__users
