-- What was known of a person reaches from the start of time to its end, without overlap or gap.
with

numbered as (

    select
        person_key,
        valid_from,
        valid_to,
        lag(valid_to) over (partition by person_key order by valid_from) as last_valid_to,
        lead(valid_from) over (partition by person_key order by valid_from) as next_valid_from
    from {{ ref('int_person_attributes_dated') }}

)

select *
from numbered
where
    valid_from >= valid_to
    or coalesce(last_valid_to, {{ start_of_time() }}) != valid_from
    or coalesce(next_valid_from, {{ end_of_time() }}) != valid_to
