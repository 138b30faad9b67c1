with

{{ union_sources('users') }},

int_users_unioned as (

    select
        {{ key_of(['system', 'user_id']) }} as owner_key,
        system,
        user_id,
        name,
        team,
        {{ checked_origin() }}
    from checked

)

select * from int_users_unioned
