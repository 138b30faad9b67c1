{# Grain: one row per value in the property history of contacts. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('hubspot', 'stage_claims') %}

with

changes as (

    {{ read_source(
        system, 'contact_property_history',
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

distinct_changes as (

    select distinct
        contact_id,
        name,
        value,
        timestamp,
        source_key
    from changes
    where reason_code is null and name in ('lifecyclestage', 'hs_lead_status')

),

repeated_changes as (

    -- A workflow or an import may write the value that the property has already.
    select source_key
    from (
        select
            source_key,
            value = lag(value) over (
                partition by contact_id, name order by timestamp, source_key
            ) as is_repeated
        from distinct_changes
    ) as compared_changes
    where is_repeated

),

stg_hubspot__stage_claims as (

    select
        changes.contact_id as record_id,
        changes.value as label,
        -- HubSpot's history holds the new value only.
        {{ typed_null('text') }} as from_label,
        changes.source_id as claimed_by,
        changes.source as change_source,
        changes.timestamp as claimed_at,
        -- A property that was emptied claims no stage, nor does a value that was written again.
        {{ row_origin("
            case
                when changes.name not in ('lifecyclestage', 'hs_lead_status')
                    or changes.value is null
                    or repeated_changes.source_key is not null
                    then 'not_needed'
            end
        ", of='changes') }}
    from changes
    left join repeated_changes on changes.source_key = repeated_changes.source_key

)

select * from stg_hubspot__stage_claims
{% endcall %}
