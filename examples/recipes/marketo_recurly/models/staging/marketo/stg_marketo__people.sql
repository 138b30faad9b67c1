{# Grain: one row per lead. A lead has a column per field: name those that your Marketo has. #}
select
    cast(id as varchar) as record_id,
    email,
    coalesce(phone, mobile_phone) as phone,
    title as job_title,
    country,
    company as company_name,
    regexp_replace(lower(website), '^(https?://)?(www[.])?([^/]*).*$', '\3') as company_domain,
    cast(number_of_employees as bigint) as company_employees,
    lead_source,
    cast(lead_score as bigint) as lead_score,
    created_at,
    'lead' as source_table,
    cast(id as varchar) as source_key,
    _fivetran_synced as loaded_at,
    -- A lead that was merged into another one, or deleted, stays with this mark.
    case when _fivetran_deleted then _fivetran_synced end as deleted_at,
    cast(null as varchar) as reason_code,
    cast(to_json(landed) as varchar) as row_json
from {{ source('marketo', 'lead') }} as landed
