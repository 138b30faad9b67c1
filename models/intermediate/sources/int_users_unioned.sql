{# Grain: one row per usable row of users. What the rest of the project reads; rows that can't be
   used are in quarantine, with the reason. #}
select * from {{ ref('int_users_rows_checked') }}
where reason_code is null
