{# Grain: one row per value in the property history of contacts (only attributes that are followed
   over time) and companies. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('hubspot', 'attribute_changes') %}

with

contact_changes as (

    {{ read_source(
        system, 'contact_property_history',
        {'contact_id': 'text', 'name': 'text', 'value': 'text', 'timestamp': 'timestamp'},
        key=['contact_id', 'name', 'timestamp'],
        apart=['value'],
        optional=true,
    ) }}

),

company_changes as (

    {{ read_source(
        system, 'company_property_history',
        {'company_id': 'text', 'name': 'text', 'value': 'text', 'timestamp': 'timestamp'},
        key=['company_id', 'name', 'timestamp'],
        apart=['value'],
        optional=true,
    ) }}

),

of_contacts as (

    select
        *,
        case name
            when {{ hubspot_property(system, 'contact', 'property_country') }} then 'country'
            when {{ hubspot_property(system, 'contact', 'property_seniority') }} then 'seniority'
            when {{ hubspot_property(system, 'contact', 'property_hubspotscore') }}
                then 'lead_score'
            when {{ hubspot_property(system, 'contact', 'property_hubspot_owner_id') }}
                then 'owner_id'
            when {{ hubspot_property(system, 'contact', 'property_disqualification_reason') }}
                then 'exit_reason'
            else {{ own_attribute_of_field('name', system, 'people', 'contact', 'property_') }}
        end as attribute
    from contact_changes

),

of_companies as (

    select
        *,
        case name
            when {{ hubspot_property(system, 'company', 'property_country') }} then 'country'
            when {{ hubspot_property(system, 'company', 'property_industry') }} then 'industry'
            when {{ hubspot_property(system, 'company', 'property_numberofemployees') }}
                then 'employees'
            else {{ own_attribute_of_field('name', system, 'companies', 'company', 'property_') }}
        end as attribute
    from company_changes

),

stg_hubspot__attribute_changes as (

    select
        contact_id as record_id,
        'people' as entity,
        attribute,
        value,
        -- HubSpot's history holds the new value only.
        {{ typed_null('text') }} as from_value,
        timestamp as changed_at,
        -- The rows themselves are counted among the stage claims: this only reads them again.
        'contact_property_history.attributes' as source_table,
        source_key,
        loaded_at,
        deleted_at,
        reason_code,
        reason_detail,
        row_json
    from of_contacts
    where reason_code is null and attribute is not null
    union all
    select
        company_id as record_id,
        'companies' as entity,
        attribute,
        value,
        {{ typed_null('text') }} as from_value,
        timestamp as changed_at,
        {{ row_origin("case when attribute is null then 'not_needed' end") }}
    from of_companies

)

select * from stg_hubspot__attribute_changes
{% endcall %}
