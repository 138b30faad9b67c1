{# Grain: one row per pair of records known to be one person, and how that is known: by an
   address, a system's own link, or a reviewer. #}
with

addresses as (

    select * from {{ ref('int_emails_normalized') }} where link_blocked_reason is null

),

links as ({{ usable_rows(ref('int_person_links_rows_checked')) }}),

overrides as (select * from {{ ref('int_identity_overrides_checked') }}),

separated_records as (

    select distinct record_key
    from overrides
    where decision = 'separate'

),

identifiers as (

    select
        addresses.record_key,
        addresses.address
    from addresses
    left join separated_records on addresses.record_key = separated_records.record_key
    where separated_records.record_key is null

),

address_hubs as (

    -- All records of an address are linked to one of them, so that n records make n - 1 pairs.
    select
        address,
        min(record_key) as hub_key
    from identifiers
    group by address
    having count(*) > 1

),

int_record_pairs_linked as (

    select
        identifiers.record_key,
        address_hubs.hub_key as other_record_key,
        'address' as link_kind,
        identifiers.address as identifier,
        cast(null as timestamp) as linked_at
    from identifiers
    inner join address_hubs on identifiers.address = address_hubs.address
    where identifiers.record_key != address_hubs.hub_key
    union all
    select
        links.record_key,
        links.other_record_key,
        links.link_kind,
        cast(null as {{ dbt.type_string() }}) as identifier,
        min(links.linked_at) as linked_at
    from links
    left join separated_records on links.record_key = separated_records.record_key
    left join separated_records as other_separated_records
        on links.other_record_key = other_separated_records.record_key
    where
        links.record_key != links.other_record_key
        and separated_records.record_key is null
        and other_separated_records.record_key is null
    group by links.record_key, links.other_record_key, links.link_kind
    union all
    select
        record_key,
        other_record_key,
        'review' as link_kind,
        min(reason) as identifier,
        cast(min(decided_on) as timestamp) as linked_at
    from overrides
    where decision = 'join'
    group by record_key, other_record_key

)

select * from int_record_pairs_linked
