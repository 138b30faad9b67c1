{# Grain: one row a usable person's record and address in it, written as addresses compare. #}
with

people as (select * from {{ ref('int_people_unioned') }} where reason_code is null),

domains as (select * from {{ ref('email_domains') }}),

shared_mailboxes as (select * from {{ ref('shared_mailboxes') }}),

positions as ({{ counting_to(10) }}),

written as (

    select
        record_key,
        {{ plain_letters('email') }} as email,
        {{ is_plain_address('email') }} as is_plain
    from people
    where email is not null

),

listed as (

    -- A comma parts two addresses, and so do a bracket and, between bare addresses, a blank.
    select
        record_key,
        case
            when email like '%<%@%' then replace(email, '>', '>,')
            when email like '%@%@%' then replace(email, ' ', ',')
            when email like '%@%' then email
            else replace(email, ',', ' ')
        end as emails
    from written
    where not is_plain

),

pieces as (

    select
        record_key,
        1 as position,
        trim(trailing '.' from email) as address
    from written
    where is_plain
    union all
    select
        listed.record_key,
        positions.position,
        {{ bare_address("split_part(listed.emails, ',', positions.position)") }} as address
    from listed
    cross join positions
    where
        split_part(listed.emails, ',', positions.position) like '%@%'
        or (listed.emails not like '%@%' and positions.position = 1)

),

parted as (

    select
        record_key,
        position,
        address,
        split_part(address, '@', 1) as local_part,
        split_part(address, '@', 2) as domain,
        address like '%_@_%._%'
        and address not like '%@%@%'
        and address not like '%..%'
        and address not like '%@.%'
        and address not like '% %' as is_valid
    from pieces
    where address is not null

),

mailboxes as (

    select
        record_key,
        position,
        domain,
        {{ mailbox('local_part', 'domain') }} as mailbox,
        case
            when is_valid then {{ mailbox('local_part', 'domain') }} || '@' || domain
            else address
        end as address,
        is_valid,
        local_part like '%+test%' or {{ is_test_name('local_part') }} as is_test_address
    from parted

),

int_addresses_cleaned as (

    select
        mailboxes.record_key,
        mailboxes.address,
        mailboxes.domain,
        coalesce(domains.kind, 'business') as domain_kind,
        min(mailboxes.position) as position,
        mailboxes.is_valid,
        shared_mailboxes.local_part is not null as is_shared_mailbox,
        bool_or(mailboxes.is_test_address) as is_test_address
    from mailboxes
    left join domains on mailboxes.domain = domains.domain
    left join shared_mailboxes on mailboxes.mailbox = shared_mailboxes.local_part
    group by
        mailboxes.record_key,
        mailboxes.address,
        mailboxes.domain,
        domains.kind,
        mailboxes.is_valid,
        shared_mailboxes.local_part

)

select * from int_addresses_cleaned
