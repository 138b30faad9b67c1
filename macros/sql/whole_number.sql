{# Text as the text of a whole number; null where it is none. #}
{% macro whole_number(text) -%}
    cast({{ cast_or_null(text, 'bigint') }} as {{ dbt.type_string() }})
{%- endmacro %}
