{# Grain: one row per application: the person who applied. The event `applied` is counted here. #}
select
    application_id as record_id,
    email,
    cast(happened_at as timestamp) as created_at,
    'events' as source_table,
    application_id || '|' || event as source_key,
    cast(null as varchar) as reason_code,
    cast(to_json(landed) as varchar) as row_json
from {{ source('log', 'events') }} as landed
where event = 'applied'
