-- Law 2: no person has more records than one person can have. A larger cluster must have been
-- split.
select
    person_key,
    record_count
from {{ ref('dim_persons') }}
where record_count > {{ int_var('largest_person') }}
