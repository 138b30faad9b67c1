-- Law 1, the other half: what conservation calls quarantined stands in the quarantine, row by row,
-- with its JSON.
with

tallied as (

    select
        system,
        source_table,
        reason_code,
        sum(row_count) as row_count
    from {{ ref('source_reconciliation') }}
    where fate = 'quarantined'
    group by system, source_table, reason_code

),

held as (

    select
        system,
        source_table,
        reason_code,
        count(*) as row_count
    from {{ ref('quarantine') }}
    group by system, source_table, reason_code

)

select
    tallied.*,
    held.row_count as held_count
from tallied
full outer join held
    on
        tallied.system = held.system
        and tallied.source_table = held.source_table
        and tallied.reason_code = held.reason_code
where tallied.row_count is null or held.row_count is null or tallied.row_count != held.row_count
