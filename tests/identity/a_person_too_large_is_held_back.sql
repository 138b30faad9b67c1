-- Law 2: nobody has more records than a human can have.
select
    person_key,
    record_count
from {{ ref('dim_persons') }}
where record_count > {{ int_var('largest_person') }}
