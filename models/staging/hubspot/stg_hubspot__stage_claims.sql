{# Grain: one row per value in the property history of contacts. #}
{{ config(enabled=provides(model.name)) }}

with

changes as (

    {{ read_source(
        'hubspot', 'contact_property_history',
        {
            'contact_id': 'text',
            'name': 'text',
            'value': 'text',
            'source': 'text',
            'source_id': 'text',
            'timestamp': 'timestamp',
        },
        key=['contact_id', 'name', 'timestamp'],
        apart=['value'],
    ) }}

),

stg_hubspot__stage_claims as (

    select
        contact_id as record_id,
        value as label,
        -- HubSpot's history holds the new value only.
        {{ typed_null('text') }} as from_label,
        coalesce(source_id, source) as claimed_by,
        timestamp as claimed_at,
        -- A property that was emptied claims no stage.
        {{ row_origin("
            case
                when name not in ('lifecyclestage', 'hs_lead_status') or value is null
                    then 'not_needed'
            end
        ") }}
    from changes

)

select * from stg_hubspot__stage_claims
