-- And every other pair that a system itself joins; but for clusters that were held back.
select
    links.record_key,
    links.other_record_key
from {{ ref('int_records_linked') }} as links
inner join {{ ref('int_record_persons_mapped') }} as records on links.record_key = records.record_key
inner join {{ ref('int_record_persons_mapped') }} as others on links.other_record_key = others.record_key
where
    not records.is_held_back
    and case when records.person_key != others.person_key then 1 end = 1
