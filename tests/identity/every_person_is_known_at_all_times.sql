-- Nobody lacks a spell, and what is known at the end is what the person is said to be.
select persons.person_key
from {{ ref('int_persons_resolved') }} as persons
left join {{ ref('int_person_attributes_dated') }} as spells
    on
        persons.person_key = spells.person_key
        and spells.valid_to = {{ end_of_time() }}
where
    spells.person_key is null
    or (persons.seniority != spells.seniority)
    or (persons.country != spells.country)
