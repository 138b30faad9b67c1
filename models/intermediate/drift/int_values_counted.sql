{# Grain: one row a system, attribute and value that the system had not in its first reference days,
   and day. A country that is not written as two letters is in no known form. #}
{%- set asked = {'country': 'people.country', 'seniority': 'people.seniority'} -%}

with

people as (select * from {{ ref('int_people_unioned') }}),

rules as (select * from {{ ref('int_definition_rules_completed') }}),

versions as (select * from {{ ref('int_definition_versions_dated') }} where evaluation = 'in_force'),

said as (

    {%- for attribute, column in asked.items() %}
    select
        people.system,
        '{{ attribute }}' as attribute,
        {{ column }} as value,
        cast(people.created_at as date) as count_date
    from people
    where {{ column }} is not null and people.created_at is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

counted as (

    select
        said.system,
        said.attribute,
        said.value,
        said.count_date,
        versions.definition_version,
        count(*) as person_count,
        sum(count(*)) over (
            partition by said.system, said.attribute, versions.definition_version, said.count_date
        ) as all_count
    from said
    inner join versions
        on
            cast(said.count_date as timestamp) >= versions.valid_from
            and cast(said.count_date as timestamp) < versions.valid_to
    where said.attribute in (select rules.attribute from rules)
    group by
        said.system, said.attribute, said.value, said.count_date, versions.definition_version

),

numbered as (

    select
        *,
        dense_rank() over (
            partition by system, attribute, definition_version order by count_date
        ) as day_number
    from counted

),

known as (

    select distinct
        system,
        attribute,
        value
    from numbered
    where day_number <= {{ int_var('drift_reference_days') }}

),

int_values_counted as (

    select
        numbered.system,
        case
            when
                numbered.attribute = 'country'
                and (length(numbered.value) != 2 or numbered.value not between 'AA' and 'ZZ')
                then 'unknown_value'
            else 'new_value'
        end as signal,
        numbered.attribute || ' ' || numbered.value as subject,
        numbered.count_date,
        numbered.person_count as bad_count,
        cast(numbered.all_count as bigint) as all_count
    from numbered
    left join known
        on {{ same('numbered', 'known', ['system', 'attribute', 'value']) }}
    where known.value is null

)

select * from int_values_counted
