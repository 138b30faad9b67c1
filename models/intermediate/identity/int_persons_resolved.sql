{# Grain: one row a person, with what is known at the cutoff and no address. #}
with

people as (select * from {{ ref('int_people_unioned') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

addresses as (select * from {{ ref('int_emails_normalized') }}),

person_values as (

    select * from {{ ref('int_person_values_dated') }} where valid_to = {{ end_of_time() }}

),

matches as (select * from {{ ref('int_person_accounts_matched') }}),

record_addresses as (

    -- A record may hold several addresses; what one of them shows holds for the record.
    select
        record_key,
        bool_or(is_test_address) as is_test_address,
        bool_or(is_valid) as is_valid,
        bool_or(is_valid and domain_kind != 'free') as is_business,
        bool_or(domain_kind = 'internal') as is_internal,
        bool_or(domain_kind = 'competitor') as is_competitor
    from addresses
    group by record_key

),

flagged as (

    select
        records.person_key,
        count(*) as record_count,
        bool_or(coalesce(addresses.is_valid, false)) as has_valid_email,
        bool_or(coalesce(addresses.is_business, false)) as has_business_email,
        bool_or(coalesce(addresses.is_internal, false)) as is_internal,
        bool_or(coalesce(addresses.is_competitor, false)) as is_competitor,
        bool_or(people.is_test or coalesce(addresses.is_test_address, false)) as is_test,
        bool_or(records.is_held_back) as is_held_back,
        bool_and(coalesce(people.deleted_at < {{ cutoff() }}, false)) as is_deleted,
        min(people.created_at) as created_at
    from people
    inner join records on people.record_key = records.record_key
    left join record_addresses as addresses on people.record_key = addresses.record_key
    group by records.person_key

),

int_persons_resolved as (

    select
        flagged.person_key,
        matches.account_key,
        matches.match_method,
        person_values.country,
        person_values.country_system,
        person_values.seniority,
        person_values.seniority_system,
        person_values.company_employees,
        matches.confidence_rate,
        flagged.record_count,
        coalesce(matches.is_ambiguous, false) as is_ambiguous,
        flagged.has_valid_email,
        flagged.has_business_email,
        flagged.is_internal,
        flagged.is_competitor,
        flagged.is_test,
        flagged.is_held_back,
        flagged.is_deleted,
        flagged.created_at
    from flagged
    inner join person_values on flagged.person_key = person_values.person_key
    left join matches on flagged.person_key = matches.person_key

)

select * from int_persons_resolved
