{# Grain: one row an address that links no records, and why. #}
with

addresses as (select * from {{ ref('int_emails_normalized') }}),

counted as (

    select
        address,
        is_valid,
        is_shared_mailbox,
        count(*) as record_count
    from addresses
    group by address, is_valid, is_shared_mailbox

),

int_identifiers_refused as (

    select
        address,
        record_count,
        case
            when not is_valid then 'invalid'
            when is_shared_mailbox then 'shared_mailbox'
            else 'too_many_records'
        end as refusal
    from counted
    where not is_valid or is_shared_mailbox or record_count > {{ largest_identifier() }}

)

select * from int_identifiers_refused
