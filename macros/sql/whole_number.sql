{# Text as the text of a whole number; null where it is none. #}
{% macro whole_number(text) -%} {{ return(adapter.dispatch('whole_number', 'revenue_funnel')(text)) }} {%- endmacro %}

{% macro default__whole_number(text) -%}
    cast(try_cast({{ text }} as bigint) as {{ dbt.type_string() }})
{%- endmacro %}
