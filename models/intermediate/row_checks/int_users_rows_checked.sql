{# Grain: one row per source row of an owner, usable or not: reason_code says why not. #}
with

source_rows as (

    {{ union_sources('users', keeps_deleted=true) }}

),

int_users_rows_checked as (

    select
        {{ key_of(['source_rows.system', 'source_rows.user_id']) }} as owner_key,
        source_rows.system,
        source_rows.user_id,
        source_rows.name,
        source_rows.team,
        {{ checked_origin('source_rows') }},
        source_rows.reason_code
    from source_rows

)

select * from int_users_rows_checked
