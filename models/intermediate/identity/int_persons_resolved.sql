{# Grain: one row a person, with what the definition asks about and no address. #}
with

people as (select * from {{ ref('int_people_unioned') }} where reason_code is null),

records as (select * from {{ ref('int_records_resolved') }}),

addresses as (select * from {{ ref('int_addresses_cleaned') }}),

companies as (select * from {{ ref('int_companies_resolved') }}),

company_records as (

    select * from {{ ref('int_companies_unioned') }} where reason_code is null

),

domains as (select * from {{ ref('email_domains') }}),

record_addresses as (

    -- A record may hold several addresses; what one of them shows holds for the record.
    select
        record_key,
        bool_or(is_test_address) as is_test_address,
        bool_or(is_valid) as is_valid,
        bool_or(is_valid and domain_kind != 'free') as is_business,
        bool_or(domain_kind = 'internal') as is_internal,
        bool_or(domain_kind = 'competitor') as is_competitor,
        min(case when is_valid then domain end) as domain
    from addresses
    group by record_key

),

domain_accounts as (

    select
        company_records.domain,
        min(companies.account_key) as account_key
    from company_records
    inner join companies on company_records.company_key = companies.company_key
    left join domains on company_records.domain = domains.domain
    where company_records.domain is not null and domains.domain is null
    group by company_records.domain

),

known as (

    select
        records.person_key,
        records.is_held_back,
        people.country,
        people.seniority,
        case when people.company_employees > 0 then people.company_employees end
            as company_employees,
        people.is_test or coalesce(addresses.is_test_address, false) as is_test,
        people.created_at,
        people.deleted_at,
        coalesce(addresses.is_valid, false) as has_valid_email,
        coalesce(addresses.is_business, false) as has_business_email,
        coalesce(addresses.is_internal, false) as is_internal,
        coalesce(addresses.is_competitor, false) as is_competitor,
        -- The company that the record names; else the one with the address's domain; else with the
        -- website's.
        coalesce(
            companies.account_key, domain_accounts.account_key, website_accounts.account_key
        ) as account_key,
        case
            when companies.account_key is not null then 0
            when domain_accounts.account_key is not null then 1
            else 2
        end as account_rank,
        people.record_key
    from people
    inner join records on people.record_key = records.record_key
    left join record_addresses as addresses on people.record_key = addresses.record_key
    left join companies on people.company_key = companies.company_key
    left join domain_accounts on addresses.domain = domain_accounts.domain
    left join domain_accounts as website_accounts
        on people.company_domain = website_accounts.domain

),

int_persons_resolved as (

    select
        person_key,
        {{ first_by('account_key', oldest('account_key', 'account_rank, created_at, record_key')) }}
            as account_key,
        {%- for attribute in ['country', 'seniority', 'company_employees'] %}
        {{ first_by(attribute, oldest(attribute, 'created_at, record_key')) }} as {{ attribute }},
        {%- endfor %}
        count(*) as record_count,
        bool_or(has_valid_email) as has_valid_email,
        bool_or(has_business_email) as has_business_email,
        bool_or(is_internal) as is_internal,
        bool_or(is_competitor) as is_competitor,
        bool_or(is_test) as is_test,
        bool_or(is_held_back) as is_held_back,
        coalesce(bool_and(deleted_at < {{ cutoff() }}), false) as is_deleted,
        min(created_at) as created_at
    from known
    group by person_key

)

select * from int_persons_resolved
