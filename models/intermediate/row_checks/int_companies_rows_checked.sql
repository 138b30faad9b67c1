{# Grain: one row per source row of a company, usable or not: reason_code says why not. #}
with

source_rows as (

    {{ union_sources('companies', times=['created_at'], keeps_deleted=true) }}

),

int_companies_rows_checked as (

    select
        {{ key_of(['source_rows.system', 'source_rows.company_record_id']) }} as company_key,
        source_rows.system,
        source_rows.company_record_id,
        {{ key_of(['source_rows.system', 'source_rows.parent_record_id']) }} as parent_company_key,
        {{ key_of(['source_rows.crm_system', 'source_rows.crm_record_id']) }} as crm_company_key,
        source_rows.name,
        {{ bare_domain('source_rows.domain') }} as domain,
        case when source_rows.employees > 0 then source_rows.employees end as employees,
        source_rows.industry,
        upper(source_rows.country) as country,
        source_rows.yearly_revenue,
        source_rows.created_at,
        {{ checked_origin('source_rows') }},
        source_rows.reason_code
    from source_rows

)

select * from int_companies_rows_checked
