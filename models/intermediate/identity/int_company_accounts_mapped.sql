{# Grain: one row a usable company's record: which account it is, and how that is known. #}
with

companies as (select * from {{ ref('int_companies_unioned') }}),

clusters as (select * from {{ ref('int_companies_clustered') }}),

adopted as (select * from {{ ref('int_billing_customers_matched') }}),

clustered as (

    select
        companies.company_key,
        {{ or_end('companies.created_at') }} as created_at,
        coalesce(adopted.cluster_key, clusters.cluster_key) as cluster_key,
        case when adopted.company_key is not null then 'its_person' else clusters.match_method end
            as match_method
    from companies
    inner join clusters on companies.company_key = clusters.company_key
    left join adopted on companies.company_key = adopted.company_key

),

accounts as (

    -- The account is called after its oldest record.
    select
        cluster_key,
        {{ first_by('company_key', 'row(created_at, company_key)') }} as account_key
    from clustered
    group by cluster_key

),

int_company_accounts_mapped as (

    select
        clustered.company_key,
        accounts.account_key,
        clustered.match_method
    from clustered
    inner join accounts on clustered.cluster_key = accounts.cluster_key

)

select * from int_company_accounts_mapped
