{# Grain: one row per source row of a person, usable or not: reason_code says why not. #}
with

source_rows as (

    {{ union_sources('people', times=['created_at'], keeps_deleted=true) }}

),

country_names as (select * from {{ ref('country_names') }}),

int_people_rows_checked as (

    select
        {{ key_of(['source_rows.system', 'source_rows.record_id']) }} as record_key,
        source_rows.system,
        source_rows.record_id,
        {{ key_of(['source_rows.system', 'source_rows.company_record_id']) }} as company_key,
        source_rows.email,
        source_rows.phone,
        source_rows.job_title,
        source_rows.seniority,
        coalesce(country_names.country, upper(source_rows.country)) as country,
        source_rows.company_name,
        {{ bare_domain('source_rows.company_domain') }} as company_domain,
        source_rows.company_employees,
        source_rows.lead_source,
        source_rows.stage_label,
        source_rows.lead_score,
        coalesce(source_rows.is_test, false) as is_test,
        source_rows.created_at,
        {{ checked_origin('source_rows') }},
        source_rows.reason_code
    from source_rows
    left join country_names
        on {{ country_name('source_rows.country') }} = country_names.country_name

)

select * from int_people_rows_checked
