select persons.person_key
from {{ ref('int_persons_resolved') }} as persons
left join {{ ref('int_person_attributes_dated') }} as intervals
    on
        persons.person_key = intervals.person_key
        and intervals.valid_to = {{ end_of_time() }}
where
    intervals.person_key is null
    or (persons.seniority != intervals.seniority)
    or (persons.country != intervals.country)
