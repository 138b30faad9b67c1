{# Grain: one row per usable person's record and e-mail address in it. The address in normal form,
   what kind of address it is, and why it may not link records, if it may not. #}
{%- if int_var('largest_identifier') | int > int_var('largest_person') | int -%}
    {{ exceptions.raise_compiler_error(
        "The var largest_identifier is " ~ var('largest_identifier')
        ~ ": it must be at most largest_person, which is " ~ var('largest_person') ~ "."
    ) }}
{%- endif %}

with

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

domains as (select * from {{ ref('email_domains') }}),

shared_mailboxes as (select * from {{ ref('shared_mailboxes') }}),

addresses as (

    {{ addresses_in(relation='people', key='record_key', text='email') }}

),

record_addresses as (

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

),

int_emails_normalized as (

    select
        record_key,
        address,
        domain,
        domain_kind,
        case
            when not is_valid then 'invalid'
            when is_shared_mailbox then 'shared_mailbox'
            when count(*) over (partition by address) > {{ int_var('largest_identifier') }}
                then 'too_many_records'
        end as link_blocked_reason,
        position,
        count(*) over (partition by address) as record_count,
        is_valid,
        is_shared_mailbox,
        is_test_address
    from record_addresses

)

select * from int_emails_normalized
