{# Grain: one row a person and spell of time in which what the definition asks about stayed the
   same. The first spell begins at the start of time, the last ends at its end. #}
with

persons as (select * from {{ ref('int_persons_resolved') }}),

accounts as (select * from {{ ref('int_accounts_resolved') }}),

int_persons_dated as (

    select
        persons.person_key,
        persons.seniority,
        coalesce(persons.country, accounts.country) as country,
        accounts.industry,
        coalesce(accounts.employees, persons.company_employees) as employees,
        persons.has_valid_email,
        persons.has_business_email,
        persons.is_internal,
        persons.is_competitor,
        persons.is_test,
        {{ start_of_time() }} as valid_from,
        {{ end_of_time() }} as valid_to
    from persons
    left join accounts on persons.account_key = accounts.account_key

)

select * from int_persons_dated
