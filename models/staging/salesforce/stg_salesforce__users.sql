{# Grain: one row per user. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('salesforce', 'users') %}

with

users as (

    {{ read_source(
        system, 'user',
        {'id': 'text', 'name': 'text', 'user_role_id': 'text'},
        key=['id'],
    ) }}

),

roles as (

    {{ read_lookup(
        system, 'user_role', {'id': 'text', 'name': 'text'}, key=['id']
    ) }}

),

stg_salesforce__users as (

    select
        users.id as user_id,
        users.name,
        roles.name as team,
        {{ row_origin(of='users') }}
    from users
    left join roles on users.user_role_id = roles.id

)

select * from stg_salesforce__users
{% endcall %}
