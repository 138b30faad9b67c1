select
    min(records.record_key) as record_key,
    max(records.record_key) as other_record_key,
    count(distinct records.person_key) as person_count
from {{ ref('int_emails_normalized') }} as addresses
inner join {{ ref('int_record_persons_mapped') }} as records
    on addresses.record_key = records.record_key
inner join {{ ref('int_records_clustered') }} as clusters
    on addresses.record_key = clusters.record_key
left join {{ ref('int_identity_overrides_checked') }} as overrides
    on addresses.record_key = overrides.record_key and overrides.decision = 'separate'
where
    addresses.link_blocked_reason is null
    and overrides.record_key is null
    and (clusters.piece_key is null or clusters.piece_key = clusters.cluster_key)
group by addresses.address
having count(distinct records.person_key) > 1
