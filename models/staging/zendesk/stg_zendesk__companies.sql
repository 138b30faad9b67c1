{# Grain: one row per organization, and per further domain of an organization, as if it were a
   record that was merged into it. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('zendesk', 'companies') %}

with

organizations as (

    {{ read_source(
        system, 'organization',
        {
            'id': 'text',
            'name': 'text',
            'external_id': 'text',
            'created_at': 'timestamp',
        },
        key=['id'],
    ) }}

),

domains as (

    {{ read_source(
        system, 'domain_name',
        {'organization_id': 'text', 'index': 'bigint', 'domain_name': 'text'},
        key=['organization_id', 'domain_name'],
        optional=true,
    ) }}

),

ranked_domains as (

    -- A domain that landed twice is one.
    select
        organization_id,
        domain_name,
        row_number() over (
            partition by organization_id order by min(index) nulls last, domain_name
        ) as position
    from domains
    where reason_code is null and deleted_at is null
    group by organization_id, domain_name

),

further_domains as (

    select
        organizations.id || '|' || ranked_domains.domain_name as company_record_id,
        ranked_domains.domain_name as domain,
        organizations.id as merged_into_record_id,
        organizations.created_at,
        'organization.domains' as source_table,
        organizations.loaded_at,
        organizations.deleted_at,
        organizations.reason_detail,
        organizations.row_json
    from organizations
    inner join ranked_domains on organizations.id = ranked_domains.organization_id
    where ranked_domains.position > 1 and organizations.reason_code is null

),

stg_zendesk__companies as (

    select
        organizations.id as company_record_id,
        organizations.name,
        false as is_person,
        ranked_domains.domain_name as domain,
        cast(null as bigint) as employees,
        {{ typed_null('text') }} as industry,
        {{ typed_null('text') }} as country,
        {{ typed_null('decimal') }} as yearly_revenue,
        {{ typed_null('text') }} as parent_record_id,
        {{ crm_of_id(system, 'organizations.external_id') }} as crm_system,
        organizations.external_id as crm_record_id,
        {{ typed_null('text') }} as merged_into_record_id,
        organizations.created_at,
        {{ row_origin(of='organizations') }}
    from organizations
    left join ranked_domains
        on
            organizations.id = ranked_domains.organization_id
            and ranked_domains.position = 1
    union all
    {{ merged_company_rows('further_domains') }}

)

select * from stg_zendesk__companies
{% endcall %}
