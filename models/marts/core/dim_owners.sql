{# Grain: one row per user of a source system, and per owner of a record or an opportunity whom
   its system does not list, and one for no owner. Without the name. #}
with

users as ({{ usable_rows(ref('int_users_rows_checked')) }}),

opportunities as ({{ usable_rows(ref('int_opportunities_rows_checked')) }}),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

record_owners as (

    select
        owner_key,
        system,
        owner_id
    from opportunities
    where owner_key is not null
    union distinct
    select
        {{ key_of(['system', 'owner_id']) }} as owner_key,
        system,
        owner_id
    from people
    where owner_id is not null

),

dim_owners as (

    select
        coalesce(users.owner_key, record_owners.owner_key) as owner_key,
        coalesce(users.system, record_owners.system) as system,
        coalesce(users.user_id, record_owners.owner_id) as user_id,
        coalesce(users.team, 'unknown') as team,
        users.owner_key is not null and coalesce(users.deleted_at >= {{ cutoff() }}, true)
            as is_listed
    from users
    full outer join record_owners on users.owner_key = record_owners.owner_key
    union all
    select
        {{ no_owner_key() }} as owner_key,
        'none' as system,
        'none' as user_id,
        'none' as team,
        false as is_listed

)

select * from dim_owners
