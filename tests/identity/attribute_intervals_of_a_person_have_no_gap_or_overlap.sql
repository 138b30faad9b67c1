with

neighbouring_intervals as (

    select
        person_key,
        valid_from,
        valid_to,
        lag(valid_to) over (partition by person_key order by valid_from) as previous_valid_to,
        lead(valid_from) over (partition by person_key order by valid_from) as next_valid_from
    from {{ ref('int_person_attributes_dated') }}

)

select *
from neighbouring_intervals
where
    valid_from >= valid_to
    or coalesce(previous_valid_to, {{ start_of_time() }}) != valid_from
    or coalesce(next_valid_from, {{ end_of_time() }}) != valid_to
