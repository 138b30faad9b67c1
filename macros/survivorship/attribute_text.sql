{# A value of an attribute as text in the form that records have it, too; null where it is not what the attribute holds. #}
{% macro attribute_text(attribute, value) -%}
    case {{ attribute }}
            when 'employees' then {{ whole_number(value) }}
            when 'lead_score' then {{ whole_number(value) }}
            when 'country' then upper({{ value }})
            {%- for name in own_attributes() %}
            {%- set type = own_attribute_type(name) %}
            when '{{ name }}' then {{ value if type == 'text' else 'cast(' ~ cast_or_null(value, type) ~ ' as ' ~ dbt.type_string() ~ ')' }}
            {%- endfor %}
            else {{ value }}
        end
{%- endmacro %}
