with

{{ union_sources('companies', times=['created_at'], keeps_deleted=true) }},

int_companies_unioned as (

    select
        {{ key_of(['system', 'company_record_id']) }} as company_key,
        system,
        company_record_id,
        {{ key_of(['system', 'parent_record_id']) }} as parent_company_key,
        {{ key_of(['crm_system', 'crm_record_id']) }} as crm_company_key,
        name,
        {{ bare_domain('domain') }} as domain,
        case when employees > 0 then employees end as employees,
        industry,
        upper(country) as country,
        yearly_revenue,
        created_at,
        {{ checked_origin() }}
    from checked

)

select * from int_companies_unioned
