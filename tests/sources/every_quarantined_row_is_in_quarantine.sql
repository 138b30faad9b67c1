with

counted_rows as (

    select
        system,
        source_table,
        reason_code,
        sum(row_count) as row_count
    from {{ ref('source_reconciliation') }}
    where row_status = 'quarantined'
    group by system, source_table, reason_code

),

listed_rows as (

    select
        system,
        source_table,
        reason_code,
        count(*) as row_count
    from {{ ref('quarantine') }}
    group by system, source_table, reason_code

)

select
    coalesce(counted_rows.system, listed_rows.system) as system,
    coalesce(counted_rows.source_table, listed_rows.source_table) as source_table,
    coalesce(counted_rows.reason_code, listed_rows.reason_code) as reason_code,
    counted_rows.row_count as reconciled_count,
    listed_rows.row_count as quarantine_count
from counted_rows
full outer join listed_rows
    on
        counted_rows.system = listed_rows.system
        and counted_rows.source_table = listed_rows.source_table
        and counted_rows.reason_code = listed_rows.reason_code
where
    counted_rows.row_count is null
    or listed_rows.row_count is null
    or counted_rows.row_count != listed_rows.row_count
