{# Grain: one row per usable row of stage claims. What the rest of the project reads; rows that
   can't be used are in quarantine, with the reason. #}
select * from {{ ref('int_stage_claims_rows_checked') }}
where reason_code is null
