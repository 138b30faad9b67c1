{# Grain: one row a pair of records known to be one human, and why. Each pair stands once, in both
   directions. #}
with

addresses as (

    select * from {{ ref('int_addresses_cleaned') }}
    where is_valid and not is_shared_mailbox

),

links as (select * from {{ ref('int_person_links_unioned') }} where reason_code is null),

hubs as (

    select
        address,
        min(record_key) as hub_key
    from addresses
    group by address

),

pairs as (

    -- Every record of an address hangs on one of them: a star, so that n records make n - 1 pairs.
    select
        addresses.record_key,
        hubs.hub_key as other_record_key,
        'address' as link_kind
    from addresses
    inner join hubs on addresses.address = hubs.address
    where addresses.record_key != hubs.hub_key
    union all
    select
        record_key,
        other_record_key,
        link_kind
    from links
    where record_key != other_record_key

),

int_records_linked as (

    select
        record_key,
        other_record_key,
        link_kind
    from pairs
    union
    select
        other_record_key as record_key,
        record_key as other_record_key,
        link_kind
    from pairs

)

select * from int_records_linked
