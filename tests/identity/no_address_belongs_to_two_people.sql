-- Law 2: one address, one human; only a cluster that was held back may share one.
select
    addresses.address,
    count(distinct records.person_key) as person_count
from {{ ref('int_addresses_cleaned') }} as addresses
inner join {{ ref('int_records_resolved') }} as records on addresses.record_key = records.record_key
where addresses.is_valid and not addresses.is_shared_mailbox and not records.is_held_back
group by addresses.address
having count(distinct records.person_key) > 1
