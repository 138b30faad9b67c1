with

{{ union_sources('people', times=['created_at'], keeps_deleted=true) }},

int_people_unioned as (

    select
        {{ key_of(['system', 'record_id']) }} as record_key,
        system,
        record_id,
        {{ key_of(['system', 'company_record_id']) }} as company_key,
        email,
        phone,
        job_title,
        seniority,
        upper(country) as country,
        company_name,
        {{ bare_domain('company_domain') }} as company_domain,
        company_employees,
        lead_source,
        stage_label,
        coalesce(is_test, false) as is_test,
        created_at,
        {{ checked_origin() }}
    from checked

)

select * from int_people_unioned
