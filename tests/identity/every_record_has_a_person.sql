select people.record_key
from {{ ref('int_people_rows_checked') }} as people
left join {{ ref('int_record_persons_mapped') }} as records
    on people.record_key = records.record_key
left join {{ ref('int_persons_resolved') }} as persons on records.person_key = persons.person_key
where people.reason_code is null and persons.person_key is null
