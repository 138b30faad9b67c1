-- The share of landed rows that cannot be used.
select
    system || '.' || source_table as subject,
    cast(null as text) as owner_team,
    case
        when max(read_count) >= $fewest
            then coalesce(sum(row_count) filter (row_status = 'quarantined'), 0) / max(read_count)
    end as value,
    max(read_count) as row_count
from marts.source_reconciliation
where read_count > 0
group by system, source_table
order by subject
