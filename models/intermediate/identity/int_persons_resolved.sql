{# Grain: one row per person, with what is known at the cutoff. It holds no e-mail address. #}
with

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

addresses as (select * from {{ ref('int_emails_normalized') }}),

current_values as (

    select * from {{ ref('int_attribute_values_dated') }}
    where entity = 'people' and valid_to = {{ end_of_time() }}

),

account_matches as (select * from {{ ref('int_person_accounts_matched') }}),

record_addresses as (

    -- A record may have several addresses; a flag of one of them is a flag of the record.
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

person_flags as (

    select
        records.person_key,
        count(*) as record_count,
        bool_or(coalesce(addresses.is_valid, false)) as has_valid_email,
        bool_or(coalesce(addresses.is_business, false)) as has_business_email,
        bool_or(coalesce(addresses.is_internal, false)) as is_internal,
        bool_or(coalesce(addresses.is_competitor, false)) as is_competitor,
        bool_or(people.is_test or coalesce(addresses.is_test_address, false)) as is_test,
        bool_or(records.is_from_split_cluster) as is_from_split_cluster,
        bool_and(coalesce(people.deleted_at < {{ cutoff() }}, false)) as is_deleted,
        min(people.created_at) as created_at
    from people
    inner join records on people.record_key = records.record_key
    left join record_addresses as addresses on people.record_key = addresses.record_key
    group by records.person_key

),

person_values as (

    select
        entity_key as person_key,
        max(case when attribute = 'country' then value end) as country,
        max(case when attribute = 'country' then system end) as country_system,
        max(case when attribute = 'seniority' then value end) as seniority,
        max(case when attribute = 'seniority' then system end) as seniority_system,
        {%- for name in own_attributes('people') %}
        max(case when attribute = '{{ name }}' then value end) as {{ name }},
        {%- endfor %}
        max(case when attribute = 'employees' then cast(value as bigint) end)
            as company_employees
    from current_values
    group by entity_key

),

int_persons_resolved as (

    select
        person_flags.person_key,
        account_matches.account_key,
        account_matches.match_method,
        person_values.country,
        person_values.country_system,
        person_values.seniority,
        person_values.seniority_system,
        {%- for name in own_attributes('people') %}
        {{ own_attribute_cast('person_values', name) }} as {{ name }},
        {%- endfor %}
        person_values.company_employees,
        account_matches.confidence_rate,
        person_flags.record_count,
        coalesce(account_matches.is_ambiguous, false) as is_ambiguous,
        person_flags.has_valid_email,
        person_flags.has_business_email,
        person_flags.is_internal,
        person_flags.is_competitor,
        person_flags.is_test,
        person_flags.is_internal or person_flags.is_competitor or person_flags.is_test
            as is_outside_funnel,
        person_flags.is_from_split_cluster,
        person_flags.is_deleted,
        person_flags.created_at
    from person_flags
    inner join person_values on person_flags.person_key = person_values.person_key
    left join account_matches on person_flags.person_key = account_matches.person_key

)

select * from int_persons_resolved
