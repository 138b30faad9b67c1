{# Grain: one row per company, per company without a row that another one was merged from, and per
   further domain of a company, as if it were a record that was merged into it. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('hubspot', 'companies') %}

with

companies as (

    {{ read_source(
        system, 'company',
        {
            'id': 'text',
            'property_name': 'text',
            'property_domain': 'text',
            'property_numberofemployees': 'bigint',
            'property_industry': 'text',
            'property_country': 'text',
            'property_annualrevenue': 'decimal',
            'property_hs_parent_company_id': 'text',
            'property_salesforceaccountid': 'text',
            'property_hs_merged_object_ids': 'text',
            'property_hs_additional_domains': 'text',
            'property_createdate': 'timestamp',
        },
        key=['id'],
    ) }}

),

usable_companies as (select * from companies where reason_code is null),

merged_entries as (

    {{ list_entries(
        'usable_companies', ['id', 'property_createdate', 'loaded_at', 'row_json'],
        'property_hs_merged_object_ids'
    ) }}

),

further_domains as (

    {{ list_entries(
        'usable_companies',
        ['id', 'property_createdate', 'loaded_at', 'deleted_at', 'row_json'],
        'property_hs_additional_domains'
    ) }}

),

-- If a company is in two lists, its survivor was merged, too: the newer list has both.
merged_companies as (

    select
        entry as merged_id,
        max(id) as survivor_id,
        min(property_createdate) as created_at,
        max(loaded_at) as loaded_at,
        max(row_json) as row_json
    from merged_entries
    where entry <> id
    group by entry

),

-- Other systems may still name a company whose own row went with the merge. A build that looks back
-- knows it from the day on which the other company was created.
companies_without_row as (

    select
        merged_companies.merged_id as company_record_id,
        {{ typed_null('text') }} as domain,
        merged_companies.survivor_id as merged_into_record_id,
        merged_companies.created_at,
        'company.merged_ids' as source_table,
        merged_companies.loaded_at,
        cast(null as timestamp) as deleted_at,
        {{ typed_null('text') }} as reason_detail,
        merged_companies.row_json
    from merged_companies
    left join companies on merged_companies.merged_id = companies.id
    where companies.id is null
    union all
    select distinct
        id || '|' || entry as company_record_id,
        entry as domain,
        id as merged_into_record_id,
        property_createdate as created_at,
        'company.additional_domains' as source_table,
        loaded_at,
        deleted_at,
        {{ typed_null('text') }} as reason_detail,
        row_json
    from further_domains

),

stg_hubspot__companies as (

    select
        companies.id as company_record_id,
        companies.property_name as name,
        false as is_person,
        companies.property_domain as domain,
        companies.property_numberofemployees as employees,
        companies.property_industry as industry,
        companies.property_country as country,
        companies.property_annualrevenue as yearly_revenue,
        companies.property_hs_parent_company_id as parent_record_id,
        -- HubSpot's own Salesforce sync writes the account's id onto the company.
        case
            when companies.property_salesforceaccountid is not null
                then '{{ partner_of(system, 'salesforce') }}'
        end as crm_system,
        companies.property_salesforceaccountid as crm_record_id,
        merged_companies.survivor_id as merged_into_record_id,
        companies.property_createdate as created_at,
        {{ row_origin(of='companies') }}
    from companies
    left join merged_companies on companies.id = merged_companies.merged_id
    union all
    {{ merged_company_rows('companies_without_row') }}

)

select * from stg_hubspot__companies
{% endcall %}
