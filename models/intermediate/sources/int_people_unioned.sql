{# Grain: one row per usable row of people. What the rest of the project reads; rows that can't be
   used are in quarantine, with the reason. #}
select * from {{ ref('int_people_rows_checked') }}
where reason_code is null
