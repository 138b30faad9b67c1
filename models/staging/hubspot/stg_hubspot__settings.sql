{# Grain: one row per property, option of a property and stage of a pipeline. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('hubspot', 'settings') %}

with

properties as (

    {{ read_source(
        system, 'property',
        {'_fivetran_id': 'text', 'hubspot_object': 'text', 'name': 'text', 'label': 'text'},
        key=['_fivetran_id'],
        needs=['hubspot_object', 'name'],
        optional=true,
    ) }}

),

options as (

    {{ read_source(
        system, 'property_option',
        {'property_id': 'text', 'value': 'text', 'label': 'text', 'hidden': 'boolean'},
        key=['property_id', 'value'],
        optional=true,
    ) }}

),

stages as (

    {{ read_source(
        system, 'deal_pipeline_stage',
        {'stage_id': 'text', 'pipeline_id': 'text', 'label': 'text', 'active': 'boolean'},
        key=['stage_id'],
        optional=true,
    ) }}

),

property_names as (

    {{ read_lookup(
        system, 'property',
        {'_fivetran_id': 'text', 'hubspot_object': 'text', 'name': 'text'},
        key=['_fivetran_id'],
    ) }}

),

stg_hubspot__settings as (

    select
        'property' as kind,
        hubspot_object as name,
        name as value,
        label,
        true as is_active,
        {{ row_origin() }}
    from properties
    union all
    select
        'picklist' as kind,
        property_names.hubspot_object || '.' || property_names.name as name,
        options.value,
        options.label,
        not coalesce(options.hidden, false) as is_active,
        {{ row_origin(
            "case when property_names.name is null then 'unknown_reference' end", of='options'
        ) }}
    from options
    left join property_names on options.property_id = property_names._fivetran_id
    union all
    select
        'stage' as kind,
        'deal.' || coalesce(pipeline_id, '') as name,
        stage_id as value,
        label,
        coalesce(active, true) as is_active,
        {{ row_origin() }}
    from stages

)

select * from stg_hubspot__settings
{% endcall %}
