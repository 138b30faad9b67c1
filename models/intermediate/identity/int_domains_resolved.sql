{# Grain: one row a business domain and account that has it, with the age of its oldest record with
   it; subsidiaries may share their parent's. #}
with

companies as (select * from {{ ref('int_companies_unioned') }}),

resolved as (select * from {{ ref('int_company_accounts_mapped') }}),

domains as (select * from {{ ref('email_domains') }}),

int_domains_resolved as (

    select
        companies.domain,
        resolved.account_key,
        min({{ or_end('companies.created_at') }}) as created_at
    from companies
    inner join resolved on companies.company_key = resolved.company_key
    left join domains on companies.domain = domains.domain
    where companies.domain is not null and domains.domain is null
    group by companies.domain, resolved.account_key

)

select * from int_domains_resolved
