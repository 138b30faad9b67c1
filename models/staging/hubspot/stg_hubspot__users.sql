{# Grain: one row per owner. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('hubspot', 'users') %}

with

owners as (

    {{ read_source(
        system, 'owner',
        {'owner_id': 'text', 'first_name': 'text', 'last_name': 'text', 'email': 'text'},
        key=['owner_id'],
    ) }}

),

memberships as (

    {{ read_source(
        system, 'owner_team',
        {'owner_id': 'text', 'team_id': 'text', 'is_team_primary': 'boolean'},
        key=['owner_id', 'team_id'],
        optional=true,
    ) }}

),

teams as (

    {{ read_lookup(system, 'team', {'id': 'text', 'name': 'text'}, key=['id']) }}

),

owner_teams as (

    select
        owner_id,
        coalesce(min(case when is_team_primary then team_id end), min(team_id)) as team_id
    from memberships
    where reason_code is null and deleted_at is null
    group by owner_id

),

stg_hubspot__users as (

    select
        owners.owner_id as user_id,
        coalesce(
            nullif(
                trim(
                    coalesce(owners.first_name, '')
                    || ' '
                    || coalesce(owners.last_name, '')
                ),
                ''
            ),
            owners.email
        ) as name,
        teams.name as team,
        {{ row_origin(of='owners') }}
    from owners
    left join owner_teams on owners.owner_id = owner_teams.owner_id
    left join teams on owner_teams.team_id = teams.id

)

select * from stg_hubspot__users
{% endcall %}
