{# Grain: one row an account. Each attribute comes from the oldest of its records that knows it. #}
with

companies as (select * from {{ ref('int_companies_unioned') }} where reason_code is null),

resolved as (select * from {{ ref('int_companies_resolved') }}),

domains as (select * from {{ ref('email_domains') }}),

funnels as (select * from {{ ref('funnels') }}),

records as (

    select
        resolved.account_key,
        companies.employees,
        companies.industry,
        companies.country,
        case when domains.domain is null then companies.domain end as domain,
        parents.account_key as parent_account_key,
        companies.company_key,
        {{ or_end('companies.created_at') }} as created_at
    from companies
    inner join resolved on companies.company_key = resolved.company_key
    left join domains on companies.domain = domains.domain
    left join resolved as parents
        on companies.parent_company_key = parents.company_key

),

accounts as (

    select
        account_key,
        {%- for attribute in ['parent_account_key', 'industry', 'country', 'employees'] %}
        {{ first_by(attribute, oldest(attribute, 'created_at, company_key')) }} as {{ attribute }},
        {%- endfor %}
        min(domain) as domain,
        count(*) as record_count
    from records
    group by account_key

),

int_accounts_resolved as (

    select
        accounts.account_key,
        nullif(accounts.parent_account_key, accounts.account_key) as parent_account_key,
        accounts.domain,
        accounts.industry,
        accounts.country,
        coalesce(funnels.funnel, 'unassigned') as funnel,
        accounts.employees,
        accounts.record_count
    from accounts
    left join funnels
        on
            {{ size_is_in_funnel('accounts.employees') }}

)

select * from int_accounts_resolved
