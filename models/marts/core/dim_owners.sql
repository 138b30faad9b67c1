{# Grain: one row per user of a source system who can own opportunities. Without the name. #}
with

users as (select * from {{ ref('int_users_unioned') }}),

dim_owners as (

    select
        owner_key,
        system,
        user_id,
        team
    from users

)

select * from dim_owners
