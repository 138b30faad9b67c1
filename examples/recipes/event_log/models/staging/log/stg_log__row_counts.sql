{# Grain: one row per source table. #}
select
    'events' as source_table,
    count(*) as row_count
from {{ source('log', 'events') }}
