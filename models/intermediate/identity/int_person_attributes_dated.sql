{# Grain: one row per person and interval in which everything that the lead definition uses stayed
   the same. The first interval begins at the start of time, the last one ends at its end. #}
{%- set own_names = {
    'people': own_attributes('people') | list,
    'companies': own_attributes('companies') | list,
} %}
with

persons as (select * from {{ ref('int_persons_resolved') }}),

attribute_values as (select * from {{ ref('int_attribute_values_dated') }}),

person_values as (

    select
        persons.person_key,
        attribute_values.entity,
        attribute_values.attribute,
        attribute_values.value,
        attribute_values.valid_from,
        attribute_values.valid_to
    from persons
    inner join attribute_values
        on
            persons.person_key = attribute_values.entity_key
            and attribute_values.entity = 'people'
    union all
    select
        persons.person_key,
        attribute_values.entity,
        attribute_values.attribute,
        attribute_values.value,
        attribute_values.valid_from,
        attribute_values.valid_to
    from persons
    inner join attribute_values
        on
            persons.account_key = attribute_values.entity_key
            and attribute_values.entity = 'companies'
            and attribute_values.attribute != 'domain'

),

change_times as (

    select distinct
        person_key,
        valid_from
    from person_values

),

values_in_intervals as (

    select
        change_times.person_key,
        change_times.valid_from,
        max(case
            when person_values.entity = 'people' and person_values.attribute = 'seniority'
                then person_values.value
        end) as seniority,
        max(case
            when person_values.entity = 'people' and person_values.attribute = 'country'
                then person_values.value
        end) as person_country,
        max(case
            when person_values.entity = 'people' and person_values.attribute = 'employees'
                then person_values.value
        end) as person_employees,
        max(case
            when person_values.entity = 'companies' and person_values.attribute = 'country'
                then person_values.value
        end) as account_country,
        max(case
            when person_values.entity = 'companies' and person_values.attribute = 'industry'
                then person_values.value
        end) as industry,
        {%- for entity, names in own_names.items() %}
        {%- for name in names %}
        max(case
            when
                person_values.entity = '{{ entity }}'
                and person_values.attribute = '{{ name }}'
                then person_values.value
        end) as {{ name }},
        {%- endfor %}
        {%- endfor %}
        max(case
            when person_values.entity = 'companies' and person_values.attribute = 'employees'
                then person_values.value
        end) as account_employees
    from change_times
    inner join person_values
        on
            change_times.person_key = person_values.person_key
            and change_times.valid_from >= person_values.valid_from
            and change_times.valid_from < person_values.valid_to
    group by change_times.person_key, change_times.valid_from
),

int_person_attributes_dated as (

    select
        persons.person_key,
        intervals.seniority,
        coalesce(intervals.person_country, intervals.account_country) as country,
        intervals.industry,
        cast(coalesce(intervals.account_employees, intervals.person_employees) as bigint)
            as employees,
        {%- for name in own_names['people'] + own_names['companies'] %}
        {{ own_attribute_cast('intervals', name) }} as {{ name }},
        {%- endfor %}
        persons.has_valid_email,
        persons.has_business_email,
        persons.is_internal,
        persons.is_competitor,
        persons.is_test,
        intervals.valid_from,
        coalesce(
            lead(intervals.valid_from) over (
                partition by intervals.person_key order by intervals.valid_from
            ),
            {{ end_of_time() }}
        ) as valid_to
    from persons
    inner join values_in_intervals as intervals on persons.person_key = intervals.person_key

)

select * from int_person_attributes_dated
