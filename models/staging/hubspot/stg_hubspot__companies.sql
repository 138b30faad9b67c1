{# Grain: one row per company. #}
{{ config(enabled=provides(model.name)) }}

with

companies as (

    {{ read_source(
        'hubspot', 'company',
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
            'property_createdate': 'timestamp',
        },
        key=['id'],
    ) }}

),

stg_hubspot__companies as (

    select
        id as company_record_id,
        property_name as name,
        property_domain as domain,
        property_numberofemployees as employees,
        property_industry as industry,
        property_country as country,
        property_annualrevenue as yearly_revenue,
        property_hs_parent_company_id as parent_record_id,
        -- HubSpot's own Salesforce sync writes the account's id onto the company.
        case when property_salesforceaccountid is not null then 'salesforce' end
            as crm_system,
        property_salesforceaccountid as crm_record_id,
        property_createdate as created_at,
        {{ row_origin() }}
    from companies

)

select * from stg_hubspot__companies
