-- Of the rows that each system sent, how many count, how many are set aside by a rule, and how many are
-- in quarantine? Chart: bars, stacked to 100 %.
select
    system,
    row_status,
    sum(row_count) as row_count
from marts.source_reconciliation
-- A second reading of a table would count its rows twice.
where read_count is not null and row_status != 'retained'
group by system, row_status
order by system, row_status
