-- Why rows were rejected, the most frequent reason first, with one example row as it landed.
with

quarantine as (select * from {{ ref('quarantine') }}),

what_is_in_quarantine as (

    select
        system,
        source_table,
        reason,
        count(*) as row_count,
        min(row_json) as example_row
    from quarantine
    group by system, source_table, reason

)

select * from what_is_in_quarantine
order by row_count desc, system asc, source_table asc, reason asc
