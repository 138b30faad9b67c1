select
    links.record_key,
    links.other_record_key
from {{ ref('int_record_pairs_linked') }} as links
inner join {{ ref('int_record_persons_mapped') }} as records
    on links.record_key = records.record_key
inner join {{ ref('int_record_persons_mapped') }} as other_records
    on links.other_record_key = other_records.record_key
where
    not records.is_from_split_cluster
    and case when records.person_key != other_records.person_key then 1 end = 1
