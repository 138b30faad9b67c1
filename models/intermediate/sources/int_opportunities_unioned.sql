{# Grain: one row per usable row of opportunities. What the rest of the project reads; rows that
   can't be used are in quarantine, with the reason. #}
select * from {{ ref('int_opportunities_rows_checked') }}
where reason_code is null
