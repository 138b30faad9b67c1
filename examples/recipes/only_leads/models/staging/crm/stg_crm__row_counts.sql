{# Grain: one row per source table. #}
select
    'people' as source_table,
    count(*) as row_count
from {{ source('crm', 'people') }}
