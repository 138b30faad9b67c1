with

{{ union_sources('companies', times=['created_at'], keeps_deleted=true) }},

int_companies_rows_checked as (

    select
        {{ key_of(['checked.system', 'checked.company_record_id']) }} as company_key,
        checked.system,
        checked.company_record_id,
        {{ key_of(['checked.system', 'checked.parent_record_id']) }} as parent_company_key,
        {{ key_of(['checked.crm_system', 'checked.crm_record_id']) }} as crm_company_key,
        checked.name,
        {{ bare_domain('checked.domain') }} as domain,
        case when checked.employees > 0 then checked.employees end as employees,
        checked.industry,
        upper(checked.country) as country,
        checked.yearly_revenue,
        checked.created_at,
        {{ checked_origin() }}
    from checked

)

select * from int_companies_rows_checked
