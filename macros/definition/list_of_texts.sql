{# An aggregate: texts in their order with a separator between them. Engines differ in how the order is written. #}
{% macro list_of_texts(text, separator) -%}
    {{ return(adapter.dispatch('list_of_texts', 'revenue_funnel')(text, separator)) }}
{%- endmacro %}

{% macro default__list_of_texts(text, separator) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ text }})
{%- endmacro %}

{% macro postgres__list_of_texts(text, separator) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ text }} collate "C")
{%- endmacro %}

{% macro spark__list_of_texts(text, separator) -%}
    listagg({{ text }}, '{{ separator }}') within group (order by {{ text }})
{%- endmacro %}
