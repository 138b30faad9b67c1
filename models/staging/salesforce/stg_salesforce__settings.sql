{# Grain: one row per lead status and opportunity stage. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('salesforce', 'settings') %}

with

statuses as (

    {{ read_source(
        system, 'lead_status',
        {'id': 'text', 'master_label': 'text', 'api_name': 'text'},
        key=['id'],
        needs=['master_label'],
        optional=true,
    ) }}

),

stages as (

    {{ read_source(
        system, 'opportunity_stage',
        {
            'id': 'text', 'master_label': 'text', 'api_name': 'text',
            'is_active': 'boolean',
        },
        key=['id'],
        needs=['master_label'],
        optional=true,
    ) }}

),

stg_salesforce__settings as (

    -- Records hold the name of the API; Salesforce forgets a status that is not offered any more.
    select
        'picklist' as kind,
        'lead.Status' as name,
        coalesce(api_name, master_label) as value,
        master_label as label,
        true as is_active,
        {{ row_origin() }}
    from statuses
    union all
    select
        'stage' as kind,
        'opportunity.StageName' as name,
        coalesce(api_name, master_label) as value,
        master_label as label,
        coalesce(is_active, true) as is_active,
        {{ row_origin() }}
    from stages

)

select * from stg_salesforce__settings
{% endcall %}
