{# Grain: one row per conversion of a lead, and per merge of leads or contacts. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('salesforce', 'person_links') %}

with

leads as (

    {{ read_source(
        system, 'lead',
        {
            'id': 'text', 'converted_contact_id': 'text', 'master_record_id': 'text',
            'converted_date': 'timestamp', 'last_modified_date': 'timestamp',
        },
        key=['id'],
    ) }}

),

contacts as (

    {{ read_source(
        system, 'contact',
        {
            'id': 'text', 'master_record_id': 'text', 'last_modified_date': 'timestamp',
        },
        key=['id'],
    ) }}

),

links as (

    select
        id as record_id,
        converted_contact_id as other_record_id,
        'conversion' as link_kind,
        coalesce({{ day_or_moment('converted_date') }}, last_modified_date, loaded_at)
            as linked_at,
        'lead.conversion' as link_source,
        {{ row_origin() }}
    from leads
    where converted_contact_id is not null
    union all
    select
        master_record_id as record_id,
        id as other_record_id,
        'merge' as link_kind,
        coalesce(last_modified_date, loaded_at) as linked_at,
        'lead.merge' as link_source,
        {{ row_origin() }}
    from leads
    where master_record_id is not null
    union all
    select
        master_record_id as record_id,
        id as other_record_id,
        'merge' as link_kind,
        coalesce(last_modified_date, loaded_at) as linked_at,
        'contact.merge' as link_source,
        {{ row_origin() }}
    from contacts
    where master_record_id is not null

),

stg_salesforce__person_links as (

    select
        record_id,
        other_record_id,
        link_kind,
        linked_at,
        link_source as source_table,
        source_key,
        loaded_at,
        -- Salesforce deletes the record that was merged away: the link stays true.
        cast(null as timestamp) as deleted_at,
        reason_code,
        reason_detail,
        row_json
    from links
    where reason_code is null

)

select * from stg_salesforce__person_links
{% endcall %}
