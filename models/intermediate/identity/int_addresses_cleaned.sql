with

people as (select * from {{ ref('int_people_unioned') }} where reason_code is null),

domains as (select * from {{ ref('email_domains') }}),

shared_mailboxes as (select * from {{ ref('shared_mailboxes') }}),

cleaned as (

    select
        record_key,
        {{ bare_email('email') }} as address
    from people

),

parted as (

    select
        record_key,
        address,
        split_part(address, '@', 1) as local_part,
        split_part(address, '@', 2) as domain,
        address like '%_@_%._%'
        and address not like '%@%@%'
        and address not like '% %'
        and address not like '%.' as is_valid
    from cleaned
    where address is not null

),

int_addresses_cleaned as (

    select
        parted.record_key,
        parted.address,
        parted.domain,
        parted.is_valid,
        shared_mailboxes.local_part is not null as is_shared_mailbox,
        coalesce(domains.kind, 'business') as domain_kind,
        parted.local_part = 'test'
        or parted.local_part like '%+test%'
        or parted.local_part like 'test.%'
        or parted.local_part like 'test+%'
        or parted.local_part like 'test-%'
        or parted.local_part like 'test^_%' escape '^'
        or (
            parted.local_part like 'test%'
            and substr(parted.local_part, 5, 1) between '0' and '9'
        ) as is_test_address
    from parted
    left join domains on parted.domain = domains.domain
    left join shared_mailboxes on parted.local_part = shared_mailboxes.local_part

)

select * from int_addresses_cleaned
