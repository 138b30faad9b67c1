{# Grain: one row per usable company record: the cluster of records that its links connect it
   with, and the better of the methods that link it. #}
with

companies as (select * from {{ ref('int_companies_unioned') }}),

links as (select * from {{ ref('int_companies_linked') }}),

edges as (

    select
        company_key as node,
        other_company_key as neighbour
    from links

),

components as (

    {{ connected_components(edges='edges', rounds=int_var('identity_rounds') | int) }}

),

link_methods as (

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
        link_methods.match_method
    from companies
    left join components on companies.company_key = components.node
    left join link_methods on companies.company_key = link_methods.company_key

)

select * from int_companies_clustered
