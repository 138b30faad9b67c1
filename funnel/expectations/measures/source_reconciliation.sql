-- Source rows that are neither counted, set aside nor quarantined, or that are counted twice.
select
    system || '.' || source_table as subject,
    cast(null as text) as owner_team,
    cast(abs(max(read_count) - sum(row_count)) as double) as value,
    max(read_count) as row_count
from marts.source_reconciliation
where read_count is not null and row_status <> 'retained'
group by system, source_table
order by subject
