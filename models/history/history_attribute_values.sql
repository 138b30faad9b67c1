{# Grain: one row per record, attribute and build that saw another value than before. Systems
   without a history of their own show only today's values: what they showed before is nowhere
   else. #}
{%- set present = [
    ('people', 'record_key', 'country', 'country'),
    ('people', 'record_key', 'seniority', 'seniority'),
    ('people', 'record_key', 'employees',
        'case when company_employees > 0 then company_employees end'),
    ('companies', 'company_key', 'country', 'country'),
    ('companies', 'company_key', 'industry', 'industry'),
    ('companies', 'company_key', 'employees', 'employees'),
] -%}
{%- for name in own_attributes('people') %}
    {%- do present.append(('people', 'record_key', name, name)) -%}
{%- endfor %}
{%- for name in own_attributes('companies') %}
    {%- do present.append(('companies', 'company_key', name, name)) -%}
{%- endfor %}
with

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

companies as ({{ usable_rows(ref('int_companies_rows_checked')) }}),

record_values as (

    {%- for entity, key, attribute, value in present %}
    select
        '{{ entity }}' as entity,
        {{ key }} as record_key,
        '{{ attribute }}' as attribute,
        cast({{ value }} as {{ dbt.type_string() }}) as value
    from {{ entity }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

history_attribute_values as (

    {{ changes_to_append(
        'record_values', ['entity', 'record_key', 'attribute'], {'value': 'text'}
    ) }}

)

select * from history_attribute_values
