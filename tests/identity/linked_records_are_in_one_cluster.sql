select
    links.record_key,
    links.other_record_key
from {{ ref('int_record_pairs_linked') }} as links
inner join {{ ref('int_records_clustered') }} as records on links.record_key = records.record_key
inner join {{ ref('int_records_clustered') }} as other_records
    on links.other_record_key = other_records.record_key
-- The comparison is inside a case so that no engine uses it as a join key.
where case when records.linked_cluster_key != other_records.linked_cluster_key then 1 end = 1
