select
    system,
    source_table,
    max(read_count) as read_count,
    sum(row_count) as reconciled_count
from {{ ref('source_reconciliation') }}
where source_table not like '%.%' and row_status != 'retained'
group by system, source_table
having coalesce(max(read_count), -1) != sum(row_count)
