{# Whether a text is a whole number of at most nine digits. #}
{% macro is_whole_number(value) -%}
    (length({{ value }}) between 1 and 9 and translate({{ value }}, '0123456789', '') = '')
{%- endmacro %}
