{# Grain: one row a user of a source system who can own deals; the name stays in the system. #}
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
