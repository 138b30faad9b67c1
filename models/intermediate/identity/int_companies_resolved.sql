{# Grain: one row a usable company's record: which account it is. #}
with

companies as (select * from {{ ref('int_companies_unioned') }} where reason_code is null),

domains as (select * from {{ ref('email_domains') }}),

business_domains as (

    select
        companies.company_key,
        companies.domain
    from companies
    left join domains on companies.domain = domains.domain
    where companies.domain is not null and domains.domain is null

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
        business_domains.company_key as node,
        hubs.hub_key as neighbour
    from business_domains
    inner join hubs on business_domains.domain = hubs.domain
    where business_domains.company_key != hubs.hub_key
    union all
    select
        companies.company_key as node,
        crm_companies.company_key as neighbour
    from companies
    inner join companies as crm_companies
        on companies.crm_company_key = crm_companies.company_key

),

edges as (

    select
        node,
        neighbour
    from pairs
    union
    select
        neighbour as node,
        node as neighbour
    from pairs

),

{{ connected_components('edges', int_var('identity_rounds') | int) }},

clustered as (

    select
        companies.company_key,
        companies.created_at,
        coalesce(components.component, companies.company_key) as cluster_key
    from companies
    left join components on companies.company_key = components.node

),

accounts as (

    select
        cluster_key,
        {{ first_by(
            'company_key',
            "row(" ~ or_end("created_at") ~ ", company_key)"
        ) }} as account_key
    from clustered
    group by cluster_key

),

int_companies_resolved as (

    select
        clustered.company_key,
        accounts.account_key
    from clustered
    inner join accounts on clustered.cluster_key = accounts.cluster_key

)

select * from int_companies_resolved
