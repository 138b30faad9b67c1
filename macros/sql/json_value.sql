{# The text under one key of a JSON object held as text; null when the text is no JSON or the key is absent. #}
{% macro json_value(column, key) -%} {{ return(adapter.dispatch('json_value', 'revenue_funnel')(column, key)) }} {%- endmacro %}

{% macro default__json_value(column, key) -%}
    nullif(json_extract_string({{ cast_or_null(column, 'json') }}, '$.{{ key }}'), '')
{%- endmacro %}

{% macro postgres__json_value(column, key) -%}
    nullif({{ cast_or_null(column, 'json') }} #>> '{{ '{' ~ key | replace('.', ',') ~ '}' }}', '')
{%- endmacro %}

{% macro spark__json_value(column, key) -%} nullif(get_json_object({{ column }}, '$.{{ key }}'), '') {%- endmacro %}
