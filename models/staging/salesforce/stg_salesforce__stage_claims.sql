{# Grain: one row per change of a lead's field. #}
{{ config(enabled=provides(model.name)) }}

with

changes as (

    {{ read_source(
        'salesforce', 'lead_history',
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

stg_salesforce__stage_claims as (

    select
        lead_id as record_id,
        new_value as label,
        old_value as from_label,
        created_by_id as claimed_by,
        created_date as claimed_at,
        -- A lead's first status has no history row: it is the lead's creation itself.
        {{ row_origin("
            case
                when coalesce(field, '') <> 'Status' then 'not_needed'
                when new_value is null then 'missing_value'
            end
        ") }}
    from changes

)

select * from stg_salesforce__stage_claims
