{# Grain: one row a pair of records known to be one company, and why. Each pair stands once, in
   both directions. #}
with

companies as (select * from {{ ref('int_companies_unioned') }}),

domains as (select * from {{ ref('email_domains') }}),

subsidiaries as (

    select companies.company_key
    from companies
    inner join companies as parents on companies.parent_company_key = parents.company_key
    where companies.domain = parents.domain and companies.company_key != parents.company_key

),

named as (

    select
        companies.company_key,
        crm_companies.company_key as other_company_key
    from companies
    inner join companies as crm_companies
        on companies.crm_company_key = crm_companies.company_key

),

set_apart as (

    -- A parent that shares its domain is another company: the subsidiary, and what names it or is
    -- named by it, joins nobody by that domain.
    select company_key from subsidiaries
    union
    select named.company_key
    from named
    inner join subsidiaries on named.other_company_key = subsidiaries.company_key
    union
    select named.other_company_key as company_key
    from named
    inner join subsidiaries on named.company_key = subsidiaries.company_key

),

business_domains as (

    select
        companies.company_key,
        companies.domain
    from companies
    left join domains on companies.domain = domains.domain
    left join set_apart on companies.company_key = set_apart.company_key
    where
        companies.domain is not null
        and domains.domain is null
        and set_apart.company_key is null

),

hubs as (

    select
        domain,
        min(company_key) as hub_key
    from business_domains
    group by domain

),

pairs as (

    select
        company_key,
        other_company_key,
        'company_id' as match_method
    from named
    where company_key != other_company_key
    union all
    select
        business_domains.company_key,
        hubs.hub_key as other_company_key,
        'business_domain' as match_method
    from business_domains
    inner join hubs on business_domains.domain = hubs.domain
    where business_domains.company_key != hubs.hub_key

),

int_companies_linked as (

    select
        company_key,
        other_company_key,
        match_method
    from pairs
    union
    select
        other_company_key as company_key,
        company_key as other_company_key,
        match_method
    from pairs

)

select * from int_companies_linked
