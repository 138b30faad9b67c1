{# A value of an attribute as text in the form that records have it, too; null where it is not what the attribute holds. #}
{% macro attribute_text(attribute, value) -%}
    case {{ attribute }}
            when 'employees' then {{ whole_number(value) }}
            when 'lead_score' then {{ whole_number(value) }}
            when 'country' then upper({{ value }})
            else {{ value }}
        end
{%- endmacro %}
