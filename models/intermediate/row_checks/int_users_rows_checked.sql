with

{{ union_sources('users') }},

int_users_rows_checked as (

    select
        {{ key_of(['checked.system', 'checked.user_id']) }} as owner_key,
        checked.system,
        checked.user_id,
        checked.name,
        checked.team,
        {{ checked_origin() }}
    from checked

)

select * from int_users_rows_checked
