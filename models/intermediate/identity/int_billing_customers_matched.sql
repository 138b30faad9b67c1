{# Grain: one row a customer billed at a private address, without any company's id, whose person's
   other records know one company: the customer is that company's. #}
with

companies as (select * from {{ ref('int_companies_unioned') }}),

clusters as (select * from {{ ref('int_companies_clustered') }}),

people as (select * from {{ ref('int_people_unioned') }}),

persons as (select * from {{ ref('int_record_persons_mapped') }}),

addresses as (

    select * from {{ ref('int_emails_normalized') }}
    where is_valid and domain_kind = 'business'

),

domains as (select * from {{ ref('email_domains') }}),

customers as (

    -- A customer is landed as a company and as a person who is at that company.
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
    left join domains on companies.domain = domains.domain
    where
        clusters.match_method is null
        and (companies.domain is null or domains.domain is not null)

),

domain_clusters as (

    select distinct
        companies.domain,
        clusters.cluster_key
    from companies
    inner join clusters on companies.company_key = clusters.company_key

),

siblings as (

    select
        customers.company_key as customer_key,
        persons.record_key
    from customers
    inner join persons on customers.person_key = persons.person_key
    left join customers as others on persons.record_key = others.company_key
    where others.company_key is null

),

clues as (

    select
        siblings.customer_key,
        clusters.cluster_key
    from siblings
    inner join people on siblings.record_key = people.record_key
    inner join clusters on people.company_key = clusters.company_key
    union
    select
        siblings.customer_key,
        domain_clusters.cluster_key
    from siblings
    inner join addresses on siblings.record_key = addresses.record_key
    inner join domain_clusters on addresses.domain = domain_clusters.domain

),

int_billing_customers_matched as (

    -- Two companies are one too many to choose from.
    select
        customer_key as company_key,
        min(cluster_key) as cluster_key
    from clues
    group by customer_key
    having count(*) = 1

)

select * from int_billing_customers_matched
