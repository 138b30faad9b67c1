-- Source tables whose rows are not the sum of the rows counted, quarantined and set aside. If any:
-- the table was loaded while the build ran, or a staging model drops or multiplies rows. Retained
-- rows were not read, and a second reading (its name has a dot) reads the same rows again.
select
    system,
    source_table,
    max(read_count) as read_count,
    sum(row_count) as reconciled_count
from {{ ref('source_reconciliation') }}
where source_table not like '%.%' and row_status != 'retained'
group by system, source_table
having coalesce(max(read_count), -1) != sum(row_count)
