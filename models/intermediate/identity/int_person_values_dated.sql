{# Grain: one row a person and spell of time in which what the person's own records say stayed the
   same. #}
with

people as (select * from {{ ref('int_people_unioned') }}),

resolved as (select * from {{ ref('int_record_persons_mapped') }}),

spells as (select * from {{ ref('int_attribute_history_combined') }} where entity = 'people'),

survivorship as (select * from {{ ref('survivorship') }} where entity = 'people'),

records as (

    select
        resolved.person_key as owner_key,
        people.record_key,
        people.system,
        people.country,
        people.seniority,
        case when people.company_employees > 0 then people.company_employees end as employees,
        people.created_at
    from people
    inner join resolved on people.record_key = resolved.record_key

),

{{ surviving_values({'country': 'text', 'seniority': 'text', 'employees': 'bigint'}) }},

int_person_values_dated as (

    select
        owner_key as person_key,
        country,
        country_system,
        seniority,
        seniority_system,
        employees as company_employees,
        valid_from,
        valid_to
    from survivors

)

select * from int_person_values_dated
