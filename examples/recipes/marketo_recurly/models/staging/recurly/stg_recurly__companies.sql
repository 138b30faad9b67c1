{# Grain: one row per version of an account. If you write the ids of your CRM into Recurly's account codes, add the
   columns crm_system ('salesforce') and crm_record_id (the column code). #}
select
    id as company_record_id,
    coalesce(company, nullif(concat_ws(' ', first_name, last_name), '')) as name,
    company is null as is_person,
    nullif(split_part(email, '@', 2), '') as domain,
    account_country as country,
    created_at,
    'account_history' as source_table,
    source_key,
    _fivetran_synced as loaded_at,
    reason_code,
    row_json
from {{ ref('base_recurly__accounts') }}
