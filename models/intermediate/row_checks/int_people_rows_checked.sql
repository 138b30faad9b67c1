with

{{ union_sources('people', times=['created_at'], keeps_deleted=true) }},

int_people_rows_checked as (

    select
        {{ key_of(['checked.system', 'checked.record_id']) }} as record_key,
        checked.system,
        checked.record_id,
        {{ key_of(['checked.system', 'checked.company_record_id']) }} as company_key,
        checked.email,
        checked.phone,
        checked.job_title,
        checked.seniority,
        upper(checked.country) as country,
        checked.company_name,
        {{ bare_domain('checked.company_domain') }} as company_domain,
        checked.company_employees,
        checked.lead_source,
        checked.stage_label,
        checked.lead_score,
        coalesce(checked.is_test, false) as is_test,
        checked.created_at,
        {{ checked_origin() }}
    from checked

)

select * from int_people_rows_checked
