{# Grain: one row per change of a lead's field. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('salesforce', 'stage_claims') %}

with

changes as (

    {{ read_source(
        system, 'lead_history',
        {
            'id': 'text',
            'lead_id': 'text',
            'field': 'text',
            'old_value': 'text',
            'new_value': 'text',
            'created_by_id': 'text',
            'created_date': 'timestamp',
        },
        key=['id'],
        needs=['lead_id', 'created_date'],
    ) }}

),

users as (

    {{ read_lookup(system, 'user', {'id': 'text', 'user_type': 'text'}, key=['id']) }}

),

stg_salesforce__stage_claims as (

    select
        changes.lead_id as record_id,
        changes.new_value as label,
        changes.old_value as from_label,
        changes.created_by_id as claimed_by,
        users.user_type as change_source,
        changes.created_date as claimed_at,
        -- A lead's first status has no history row: it is the lead's creation itself.
        {{ row_origin("
            case
                when coalesce(changes.field, '') <> 'Status' then 'not_needed'
                when changes.new_value is null then 'missing_value'
            end
        ", of='changes') }}
    from changes
    left join users on changes.created_by_id = users.id

)

select * from stg_salesforce__stage_claims
{% endcall %}
