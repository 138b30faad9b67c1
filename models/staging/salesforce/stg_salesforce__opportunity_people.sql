{# Grain: one row per contact role of an opportunity. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('salesforce', 'opportunity_people') %}

with

roles as (

    {{ read_source(
        system, 'opportunity_contact_role',
        {
            'id': 'text',
            'opportunity_id': 'text',
            'contact_id': 'text',
            'role': 'text',
            'is_primary': 'boolean',
            'created_date': 'timestamp',
        },
        key=['id'],
        needs=['opportunity_id', 'contact_id'],
    ) }}

),

stg_salesforce__opportunity_people as (

    select
        opportunity_id,
        contact_id as record_id,
        role,
        coalesce(is_primary, false) as is_primary,
        {{ row_origin(
            "case when created_date >= " ~ utc_time(cutoff()) ~ " then 'after_cutoff' end"
        ) }}
    from roles

)

select * from stg_salesforce__opportunity_people
{% endcall %}
