{# Grain: one row per application and call. An application was counted among the people, so it is
   read here a second time. #}
select
    application_id || '|' || event as touch_id,
    application_id as record_id,
    case when event = 'applied' then 'form_submitted' else 'sales_call' end as kind,
    cast(happened_at as timestamp) as occurred_at,
    case when event = 'applied' then 'events.applied' else 'events' end as source_table,
    application_id || '|' || event as source_key,
    cast(null as varchar) as reason_code,
    cast(to_json(landed) as varchar) as row_json
from {{ source('log', 'events') }} as landed
where event in ('applied', 'called')
