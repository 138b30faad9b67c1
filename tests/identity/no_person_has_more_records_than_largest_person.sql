select
    person_key,
    record_count
from {{ ref('dim_persons') }}
where record_count > {{ int_var('largest_person') }}
