{# The value of one parameter of a web address; null when the address does not have it. #}
{% macro url_parameter(column, name) -%}
    nullif(split_part(split_part({{ column }}, '{{ name }}=', 2), '&', 1), '')
{%- endmacro %}
