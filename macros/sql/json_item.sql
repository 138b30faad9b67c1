{# The text under one key, or a path of keys with dots, of the element at a position (from 0) of a JSON list held as text; without a key, the
   element itself. Null when the text is no JSON list, is shorter, or the key is absent. #}
{% macro json_item(list, position, key=none) -%} {{ return(adapter.dispatch('json_item', 'revenue_funnel')(list, position, key)) }} {%- endmacro %}

{% macro default__json_item(list, position, key=none) -%}
    nullif(json_extract_string(
        {{ cast_or_null(list, 'json') }}, '$[' || cast({{ position }} as {{ dbt.type_string() }}) || ']{{ '.' ~ key if key }}'
    ), '')
{%- endmacro %}

{% macro postgres__json_item(list, position, key=none) -%}
    nullif(({{ cast_or_null(list, 'json') }} -> cast({{ position }} as integer)) #>> '{{ '{' ~ (key or '') | replace('.', ',') ~ '}' }}', '')
{%- endmacro %}

{% macro spark__json_item(list, position, key=none) -%}
    nullif(get_json_object({{ list }}, '$[' || cast({{ position }} as string) || ']{{ '.' ~ key if key }}'), '')
{%- endmacro %}
