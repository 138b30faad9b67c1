-- Law 2: one address, one human; but for addresses that link nobody, whom a reviewer set apart, and
-- pieces of a held-back cluster that were still too large.
select
    addresses.address,
    count(distinct records.person_key) as person_count
from {{ ref('int_emails_normalized') }} as addresses
inner join {{ ref('int_record_persons_mapped') }} as records on addresses.record_key = records.record_key
left join {{ ref('int_identifiers_refused') }} as refused on addresses.address = refused.address
left join {{ ref('int_overrides_checked') }} as overrides
    on addresses.record_key = overrides.record_key and overrides.decision = 'separate'
left join {{ ref('int_clusters_split') }} as pieces on addresses.record_key = pieces.record_key
where
    refused.address is null
    and overrides.record_key is null
    and (pieces.record_key is null or pieces.component_key = pieces.piece_key)
group by addresses.address
having count(distinct records.person_key) > 1
