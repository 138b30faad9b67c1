{# Grain: one row per contact. #}
{{ config(enabled=provides(model.name)) }}

with

contacts as (

    {{ read_source(
        'hubspot', 'contact',
        {
            'id': 'text',
            'property_email': 'text',
            'property_phone': 'text',
            'property_jobtitle': 'text',
            'property_seniority': 'text',
            'property_country': 'text',
            'property_associatedcompanyid': 'text',
            'property_company': 'text',
            'property_hs_analytics_source': 'text',
            'property_lifecyclestage': 'text',
            'property_hubspotscore': 'bigint',
            'property_createdate': 'timestamp',
        },
        key=['id'],
        needs=['property_createdate'],
    ) }}

),

stg_hubspot__people as (

    select
        id as record_id,
        property_email as email,
        property_phone as phone,
        property_jobtitle as job_title,
        property_seniority as seniority,
        property_country as country,
        property_associatedcompanyid as company_record_id,
        property_company as company_name,
        {{ typed_null('text') }} as company_domain,
        {{ typed_null('bigint') }} as company_employees,
        property_hs_analytics_source as lead_source,
        property_lifecyclestage as stage_label,
        property_hubspotscore as lead_score,
        cast(null as boolean) as is_test,
        property_createdate as created_at,
        {{ row_origin() }}
    from contacts

)

select * from stg_hubspot__people
