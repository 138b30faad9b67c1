{# The attributes of int_person_attributes_dated that a rule of the definition may name, each with its kind. #}
{% macro definition_attributes() -%}
    {{ return({
        'has_valid_email': 'flag',
        'has_business_email': 'flag',
        'is_internal': 'flag',
        'is_competitor': 'flag',
        'is_test': 'flag',
        'seniority': 'text',
        'country': 'text',
        'industry': 'text',
        'employees': 'number',
    }) }}
{%- endmacro %}
