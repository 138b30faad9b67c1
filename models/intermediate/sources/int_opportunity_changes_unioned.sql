{# Grain: one row per usable row of opportunity stages. What the rest of the project reads; rows
   that can't be used are in quarantine, with the reason. #}
select * from {{ ref('int_opportunity_changes_rows_checked') }}
where reason_code is null
