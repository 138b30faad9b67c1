with

leads as (select * from {{ ref('base_olist__leads') }}),

stg_olist__people as (

    select
        mql_id as record_id,
        cast(null as varchar) as email,
        cast(null as varchar) as phone,
        cast(null as varchar) as job_title,
        cast(null as varchar) as seniority,
        'BR' as country,
        seller_id as company_record_id,
        cast(null as varchar) as company_name,
        cast(null as varchar) as company_domain,
        cast(null as bigint) as company_employees,
        origin as lead_source,
        cast(null as varchar) as stage_label,
        cast(null as bigint) as lead_score,
        cast(null as boolean) as is_test,
        first_contact_at as created_at,
        {{ olist_origin('marketing_qualified_leads', 'mql_id') }}
    from leads

)

select * from stg_olist__people
