{# An e-mail address as two systems can agree on it: lower case, without blanks around it or a mailto: before it. #}
{% macro bare_email(column) -%}
    nullif(trim(replace(lower({{ column }}), 'mailto:', '')), '')
{%- endmacro %}
