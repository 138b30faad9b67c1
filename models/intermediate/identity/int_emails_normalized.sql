{# Grain: one row a usable person's record and address in it, written as addresses compare. #}
with

people as (select * from {{ ref('int_people_unioned') }}),

domains as (select * from {{ ref('email_domains') }}),

shared_mailboxes as (select * from {{ ref('shared_mailboxes') }}),

{{ addresses_in('people', 'record_key', 'email') }},

int_emails_normalized as (

    select
        addresses.record_key,
        addresses.address,
        addresses.domain,
        coalesce(domains.kind, 'business') as domain_kind,
        min(addresses.position) as position,
        addresses.is_valid,
        shared_mailboxes.local_part is not null as is_shared_mailbox,
        bool_or(addresses.is_test_address) as is_test_address
    from addresses
    left join domains on addresses.domain = domains.domain
    left join shared_mailboxes on addresses.mailbox = shared_mailboxes.local_part
    group by
        addresses.record_key,
        addresses.address,
        addresses.domain,
        domains.kind,
        addresses.is_valid,
        shared_mailboxes.local_part

)

select * from int_emails_normalized
