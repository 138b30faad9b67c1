{# Grain: one row a person and spell of time in which what the definition asks about stayed the
   same. The first spell begins at the start of time, the last ends at its end. #}
with

persons as (select * from {{ ref('int_persons_resolved') }}),

person_values as (select * from {{ ref('int_person_values_dated') }}),

account_values as (select * from {{ ref('int_account_values_dated') }}),

int_person_attributes_dated as (

    select
        persons.person_key,
        person_values.seniority,
        coalesce(person_values.country, account_values.country) as country,
        account_values.industry,
        coalesce(account_values.employees, person_values.company_employees) as employees,
        persons.has_valid_email,
        persons.has_business_email,
        persons.is_internal,
        persons.is_competitor,
        persons.is_test,
        greatest(
            person_values.valid_from, coalesce(account_values.valid_from, {{ start_of_time() }})
        ) as valid_from,
        least(person_values.valid_to, {{ or_end('account_values.valid_to') }}) as valid_to
    from persons
    inner join person_values on persons.person_key = person_values.person_key
    left join account_values
        on
            persons.account_key = account_values.account_key
            and person_values.valid_from < account_values.valid_to
            and person_values.valid_to > account_values.valid_from

)

select * from int_person_attributes_dated
