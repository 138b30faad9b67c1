{# Grain: one row per account with an e-mail address. #}
select
    id as record_id,
    email,
    account_country as country,
    id as company_record_id,
    company as company_name,
    created_at,
    -- The account itself is counted among the companies: this only reads it again.
    'account_history.contact' as source_table,
    source_key,
    _fivetran_synced as loaded_at,
    reason_code,
    row_json
from {{ ref('base_recurly__accounts') }}
where reason_code is null and email is not null
