{# Grain: one row per user who is an agent or admin. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('zendesk', 'users') %}

with

users as (

    {{ read_source(
        system, 'user',
        {'id': 'text', 'name': 'text', 'role': 'text'},
        key=['id'],
    ) }}

),

stg_zendesk__users as (

    select
        id as user_id,
        name,
        {{ typed_null('text') }} as team,
        -- The user itself is counted among the people: this only reads it again.
        'user.agent' as source_table,
        source_key,
        loaded_at,
        deleted_at,
        reason_code,
        reason_detail,
        row_json
    from users
    where reason_code is null and coalesce(role, 'end-user') <> 'end-user'

)

select * from stg_zendesk__users
{% endcall %}
