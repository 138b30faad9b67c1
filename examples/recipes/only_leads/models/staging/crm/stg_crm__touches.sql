{# Grain: one row per lead: that somebody was entered as a lead is a touch. The rows are counted as
   people, so the name of their table has a point and a word here. #}
select
    'created-' || record_id as touch_id,
    record_id,
    'lead_created' as kind,
    lead_source as channel_label,
    created_at as occurred_at,
    'people.created' as source_table,
    record_id as source_key,
    cast(null as varchar) as reason_code,
    cast(null as varchar) as row_json
from {{ source('crm', 'people') }}
