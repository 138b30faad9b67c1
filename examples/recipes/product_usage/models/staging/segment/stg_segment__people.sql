{# Grain: one row per user of the product. A trait of your own (a role, a team's size) is a further column of the
   table users. #}
select
    id as record_id,
    email,
    coalesce(created_at, received_at) as created_at,
    'users' as source_table,
    id as source_key,
    received_at as loaded_at,
    cast(null as varchar) as reason_code,
    cast(to_json(landed) as varchar) as row_json
from {{ source('segment', 'users') }} as landed
