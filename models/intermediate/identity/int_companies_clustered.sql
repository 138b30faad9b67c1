{# Grain: one row a usable company's record: the part of the graph of links that it hangs in. #}
with

companies as (select * from {{ ref('int_companies_unioned') }}),

links as (select * from {{ ref('int_companies_linked') }}),

edges as (

    select
        company_key as node,
        other_company_key as neighbour
    from links

),

{{ connected_components('edges', int_var('identity_rounds') | int) }},

methods as (

    select
        company_key,
        case
            when bool_or(match_method = 'company_id') then 'company_id'
            else 'business_domain'
        end as match_method
    from links
    group by company_key

),

int_companies_clustered as (

    select
        companies.company_key,
        coalesce(components.component, companies.company_key) as cluster_key,
        methods.match_method
    from companies
    left join components on companies.company_key = components.node
    left join methods on companies.company_key = methods.company_key

)

select * from int_companies_clustered
