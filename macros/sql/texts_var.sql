{# A var that is a list of texts, as quoted literals with commas between them. #}
{% macro texts_var(name) -%}
    {%- set texts = [] -%}
    {%- for value in var(name) %}{% do texts.append(text_literal(value, 'An entry of the var ' ~ name)) %}{% endfor -%}
    {{ texts | join(', ') or "''" }}
{%- endmacro %}
