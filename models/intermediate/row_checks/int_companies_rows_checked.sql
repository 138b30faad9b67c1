{# Grain: one row per source row of a company, usable or not: reason_code says why not. #}
with

source_rows as (

    {{ union_sources('companies', times=['created_at'], keeps_deleted=true) }}

),

country_names as (select * from {{ ref('country_names') }}),

int_companies_rows_checked as (

    select
        {{ key_of(['source_rows.system', 'source_rows.company_record_id']) }} as company_key,
        source_rows.system,
        source_rows.company_record_id,
        {{ key_of(['source_rows.system', 'source_rows.parent_record_id']) }} as parent_company_key,
        {{ other_record_key('source_rows') }} as crm_company_key,
        -- A merge after the cutoff has not happened yet.
        case
            when
                source_rows.deleted_at is null
                or source_rows.deleted_at < {{ cutoff() }}
                then {{ key_of(['source_rows.system', 'source_rows.merged_into_record_id']) }}
        end as merged_into_company_key,
        source_rows.name,
        source_rows.is_person,
        {{ bare_domain('source_rows.domain') }} as domain,
        case when source_rows.employees > 0 then source_rows.employees end as employees,
        source_rows.industry,
        coalesce(country_names.country, upper(source_rows.country)) as country,
        source_rows.yearly_revenue,
        {%- for name in own_attributes('companies') %}
        source_rows.{{ name }},
        {%- endfor %}
        source_rows.created_at,
        {{ checked_origin('source_rows') }},
        source_rows.reason_code
    from source_rows
    left join country_names
        on {{ country_name('source_rows.country') }} = country_names.country_name

)

select * from int_companies_rows_checked
