{# Grain: one row an account and spell of time in which what its records say stayed the same. #}
with

companies as (select * from {{ ref('int_companies_unioned') }}),

resolved as (select * from {{ ref('int_company_accounts_mapped') }}),

domains as (select * from {{ ref('email_domains') }}),

spells as (select * from {{ ref('int_attribute_history_combined') }} where entity = 'companies'),

survivorship as (select * from {{ ref('survivorship') }} where entity = 'companies'),

records as (

    select
        resolved.account_key as owner_key,
        companies.company_key as record_key,
        companies.system,
        case when domains.domain is null then companies.domain end as domain,
        companies.industry,
        companies.country,
        companies.employees,
        companies.created_at
    from companies
    inner join resolved on companies.company_key = resolved.company_key
    left join domains on companies.domain = domains.domain

),

{{ surviving_values(
    {'domain': 'text', 'industry': 'text', 'country': 'text', 'employees': 'bigint'}
) }},

int_account_values_dated as (

    select
        owner_key as account_key,
        domain,
        industry,
        industry_system,
        country,
        country_system,
        employees,
        employees_system,
        valid_from,
        valid_to
    from survivors

)

select * from int_account_values_dated
