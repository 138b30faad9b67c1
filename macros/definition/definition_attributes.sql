{# The attributes of int_person_attributes_dated that a rule of the definition may name, each with its kind (text, number, flag).
   has_own: with the own attributes of people and of companies (var own_attributes). #}
{% macro definition_attributes(has_own=true) -%}
    {%- set attributes = {
        'has_valid_email': 'flag',
        'has_business_email': 'flag',
        'is_internal': 'flag',
        'is_competitor': 'flag',
        'is_test': 'flag',
        'seniority': 'text',
        'country': 'text',
        'industry': 'text',
        'employees': 'number',
    } -%}
    {%- for name, own in own_attributes().items() if has_own and own.entity in ['people', 'companies'] -%}
        {%- do attributes.update({name: own.type}) -%}
    {%- endfor -%}
    {{ return(attributes) }}
{%- endmacro %}
