{# Grain: one row per pair of company records known to be one company, and how that is known. Each
   pair is listed in both directions. #}
with

companies as ({{ usable_rows(ref('int_companies_rows_checked')) }}),

known_domains as (select * from {{ ref('email_domains') }}),

company_domains as (

    -- A company has the domains of the records that were merged into it, too.
    select
        company_key,
        domain
    from companies
    union
    select
        merged_into_company_key as company_key,
        domain
    from companies

),

subsidiaries as (

    select companies.company_key
    from companies
    inner join company_domains as parents on companies.parent_company_key = parents.company_key
    where companies.domain = parents.domain and companies.company_key != parents.company_key

),

references_between_systems as (

    select
        companies.company_key,
        crm_companies.company_key as other_company_key
    from companies
    inner join companies as crm_companies
        on companies.crm_company_key = crm_companies.company_key

),

merged_companies as (

    select
        companies.company_key,
        survivors.company_key as other_company_key
    from companies
    inner join companies as survivors
        on companies.merged_into_company_key = survivors.company_key

),

records_without_domain_link as (

    -- A subsidiary that shares its parent's domain is another company: neither it nor a record that
    -- refers to it, or that it refers to, is linked by that domain.
    select company_key from subsidiaries
    union
    select references_between_systems.company_key
    from references_between_systems
    inner join subsidiaries
        on references_between_systems.other_company_key = subsidiaries.company_key
    union
    select references_between_systems.other_company_key as company_key
    from references_between_systems
    inner join subsidiaries on references_between_systems.company_key = subsidiaries.company_key

),

business_domains as (

    select
        companies.company_key,
        companies.domain
    from companies
    left join known_domains on companies.domain = known_domains.domain
    left join records_without_domain_link
        on companies.company_key = records_without_domain_link.company_key
    where
        companies.domain is not null
        and known_domains.domain is null
        and records_without_domain_link.company_key is null

),

domain_hubs as (

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
    from references_between_systems
    where company_key != other_company_key
    union all
    select
        company_key,
        other_company_key,
        'company_id' as match_method
    from merged_companies
    where company_key != other_company_key
    union all
    select
        business_domains.company_key,
        domain_hubs.hub_key as other_company_key,
        'business_domain' as match_method
    from business_domains
    inner join domain_hubs on business_domains.domain = domain_hubs.domain
    where business_domains.company_key != domain_hubs.hub_key

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
