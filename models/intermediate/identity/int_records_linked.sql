{# Grain: one row a pair of records known to be one human, how that is known and by what. #}
with

addresses as (select * from {{ ref('int_emails_normalized') }}),

refused as (select * from {{ ref('int_identifiers_refused') }}),

links as (select * from {{ ref('int_person_links_unioned') }}),

overrides as (select * from {{ ref('int_overrides_checked') }}),

separated as (

    select distinct record_key
    from overrides
    where decision = 'separate'

),

identifiers as (

    select
        addresses.record_key,
        addresses.address
    from addresses
    left join refused on addresses.address = refused.address
    left join separated on addresses.record_key = separated.record_key
    where refused.address is null and separated.record_key is null

),

hubs as (

    select
        address,
        min(record_key) as hub_key
    from identifiers
    group by address
    having count(*) > 1

),

int_records_linked as (

    -- Every record of an address hangs on one of them: a star, so that n records make n - 1 pairs.
    select
        identifiers.record_key,
        hubs.hub_key as other_record_key,
        'address' as link_kind,
        identifiers.address as identifier,
        cast(null as timestamp) as linked_at
    from identifiers
    inner join hubs on identifiers.address = hubs.address
    where identifiers.record_key != hubs.hub_key
    union all
    select
        links.record_key,
        links.other_record_key,
        links.link_kind,
        cast(null as {{ dbt.type_string() }}) as identifier,
        min(links.linked_at) as linked_at
    from links
    left join separated on links.record_key = separated.record_key
    left join separated as others on links.other_record_key = others.record_key
    where
        links.record_key != links.other_record_key
        and separated.record_key is null
        and others.record_key is null
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

select * from int_records_linked
