-- Law 1: for every landed table, the rows that landed are the rows counted, quarantined and set
-- aside, to the row. What is kept of rows that vanished was not read.
select
    system,
    source_table,
    max(read_count) as read_count,
    sum(row_count) as told_count
from {{ ref('source_reconciliation') }}
where source_table not like '%.%' and fate != 'kept'
group by system, source_table
having coalesce(max(read_count), -1) != sum(row_count)
