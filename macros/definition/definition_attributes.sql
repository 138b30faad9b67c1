{# What a rule of the definition may ask of a person, and of what kind each is; columns of int_person_attributes_dated. #}
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
