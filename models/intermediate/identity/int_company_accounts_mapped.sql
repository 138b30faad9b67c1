{# Grain: one row per usable company record: the account it belongs to, and how that is known. A
   customer billed at a private address joins the company that its person's other records name. #}
with

companies as ({{ usable_rows(ref('int_companies_rows_checked')) }}),

links as (select * from {{ ref('int_companies_linked') }}),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

persons as (select * from {{ ref('int_record_persons_mapped') }}),

business_addresses as (

    select * from {{ ref('int_emails_normalized') }}
    where is_valid and domain_kind = 'business'

),

known_domains as (select * from {{ ref('email_domains') }}),

edges as (

    select
        company_key as node,
        other_company_key as neighbour
    from links

),

components as (

    {{ connected_components(
        edges='edges',
        rounds=int_var('identity_rounds') | int,
        stored_edges='select company_key as node, other_company_key as neighbour from '
            ~ ref('int_companies_linked')
    ) }}

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

clusters as (

    -- The records that links connect a record with, and the better of the methods that link it.
    select
        companies.company_key,
        coalesce(components.component, companies.company_key) as cluster_key,
        link_methods.match_method
    from companies
    left join components on companies.company_key = components.node
    left join link_methods on companies.company_key = link_methods.company_key

),

private_customers as (

    -- A billing customer is loaded as a company and as a person at that company. It is private if
    -- no company's id and no business domain says whose it is.
    select
        companies.company_key,
        persons.person_key
    from companies
    inner join people
        on
            companies.company_key = people.record_key
            and companies.company_key = people.company_key
    inner join persons on people.record_key = persons.record_key
    inner join clusters on companies.company_key = clusters.company_key
    left join known_domains on companies.domain = known_domains.domain
    where
        clusters.match_method is null
        and (companies.domain is null or known_domains.domain is not null)

),

domain_clusters as (

    select distinct
        companies.domain,
        clusters.cluster_key
    from companies
    inner join clusters on companies.company_key = clusters.company_key

),

other_records as (

    -- Two private customers of one person are no evidence for each other.
    select
        private_customers.company_key as customer_key,
        persons.record_key
    from private_customers
    inner join persons on private_customers.person_key = persons.person_key
    left join private_customers as other_customers
        on persons.record_key = other_customers.company_key
    where other_customers.company_key is null

),

customer_clusters as (

    select
        other_records.customer_key,
        clusters.cluster_key
    from other_records
    inner join people on other_records.record_key = people.record_key
    inner join clusters on people.company_key = clusters.company_key
    union
    select
        other_records.customer_key,
        domain_clusters.cluster_key
    from other_records
    inner join business_addresses on other_records.record_key = business_addresses.record_key
    inner join domain_clusters on business_addresses.domain = domain_clusters.domain

),

matched_customers as (

    -- A customer whose person is known at two companies stays an account of its own.
    select
        customer_key,
        min(cluster_key) as cluster_key
    from customer_clusters
    group by customer_key
    having count(*) = 1

),

company_clusters as (

    select
        companies.company_key,
        {{ or_end('companies.created_at') }} as created_at,
        coalesce(matched_customers.cluster_key, clusters.cluster_key) as cluster_key,
        case
            when matched_customers.customer_key is not null then 'its_person'
            else clusters.match_method
        end as match_method
    from companies
    inner join clusters on companies.company_key = clusters.company_key
    left join matched_customers on companies.company_key = matched_customers.customer_key

),

accounts as (

    -- The account takes the key of its oldest record.
    select
        cluster_key,
        {{ first_by('company_key', 'row(created_at, company_key)') }} as account_key
    from company_clusters
    group by cluster_key

),

int_company_accounts_mapped as (

    select
        company_clusters.company_key,
        accounts.account_key,
        company_clusters.match_method
    from company_clusters
    inner join accounts on company_clusters.cluster_key = accounts.cluster_key

)

select * from int_company_accounts_mapped
