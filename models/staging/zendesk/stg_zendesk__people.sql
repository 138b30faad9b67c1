{# Grain: one row per user. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('zendesk', 'people') %}

with

users as (

    {{ read_source(
        system, 'user',
        {
            'id': 'text', 'email': 'text', 'phone': 'text', 'role': 'text',
            'organization_id': 'text', 'active': 'boolean',
            'created_at': 'timestamp', 'updated_at': 'timestamp',
        },
        key=['id'],
        needs=['created_at'],
    ) }}

),

stg_zendesk__people as (

    select
        id as record_id,
        email,
        phone,
        {{ typed_null('text') }} as job_title,
        {{ typed_null('text') }} as seniority,
        {{ typed_null('text') }} as country,
        organization_id as company_record_id,
        {{ typed_null('text') }} as company_name,
        {{ typed_null('text') }} as company_domain,
        {{ typed_null('bigint') }} as company_employees,
        {{ typed_null('text') }} as lead_source,
        {{ typed_null('text') }} as lead_source_detail,
        {{ typed_null('text') }} as tracking_label,
        {{ typed_null('text') }} as lead_campaign,
        {{ typed_null('text') }} as stage_label,
        {{ typed_null('bigint') }} as lead_score,
        {{ typed_null('text') }} as owner_id,
        {{ typed_null('text') }} as exit_reason,
        cast(null as boolean) as is_test,
        cast(null as timestamp) as first_seen_at,
        created_at,
        source_table,
        source_key,
        loaded_at,
        -- Zendesk keeps a deleted user, and only says that it is no longer active.
        case
            when active or active is null then deleted_at
            else coalesce(deleted_at, updated_at, loaded_at)
        end as deleted_at,
        case
            when reason_code is not null then reason_code
            when coalesce(role, 'end-user') <> 'end-user' then 'not_needed'
        end as reason_code,
        reason_detail,
        row_json
    from users

)

select * from stg_zendesk__people
{% endcall %}
