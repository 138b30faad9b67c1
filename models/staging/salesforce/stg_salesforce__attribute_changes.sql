{# Grain: one row per change of an attribute of a lead that is followed over time. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('salesforce', 'attribute_changes') %}

{#- With picklists for countries a lead has both fields; its record is read by the code. -#}
{%- set coded = landed_columns(system, 'lead', ['country_code'], [], true) -%}
{%- set columns = renamed_columns(system, 'lead') -%}
{%- set score = columns.get('lead_score_c', 'lead_score_c') -%}
{%- set reason = columns.get('unqualified_reason_c', 'unqualified_reason_c') -%}
{%- set own_attribute = own_attribute_of_field('field', system, 'people', 'lead') -%}

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
            'created_date': 'timestamp',
        },
        key=['id'],
        needs=['lead_id', 'created_date'],
        optional=true,
    ) }}

),

stg_salesforce__attribute_changes as (

    select
        lead_id as record_id,
        'people' as entity,
        case
            when field = 'NumberOfEmployees' then 'employees'
            when {{ same_name('field', score) }} then 'lead_score'
            when {{ same_name('field', reason) }} then 'exit_reason'
            when field = 'Owner' then 'owner_id'
            when {{ own_attribute }} is not null then {{ own_attribute }}
            else 'country'
        end as attribute,
        case when field = 'Owner' then {{ salesforce_owner('new_value') }} else new_value end
            as value,
        case when field = 'Owner' then {{ salesforce_owner('old_value') }} else old_value end
            as from_value,
        created_date as changed_at,
        -- The rows themselves are counted among the stage claims: this only reads them again.
        'lead_history.attributes' as source_table,
        source_key,
        loaded_at,
        deleted_at,
        reason_code,
        reason_detail,
        row_json
    from changes
    where
        reason_code is null
        and (
            field in ('NumberOfEmployees', '{{ 'CountryCode' if coded else 'Country' }}')
            or {{ same_name('field', score) }}
            or {{ same_name('field', reason) }}
            or {{ own_attribute }} is not null
            -- A change of owner has a row with both ids and one with both names.
            or (field = 'Owner' and substr(coalesce(new_value, old_value), 1, 3) in ('005', '00G'))
        )

)

select * from stg_salesforce__attribute_changes
{% endcall %}
