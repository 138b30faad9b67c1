{# An e-mail address as two systems can agree on it: plain letters, without a display name, mailto: or signs around it. #}
{% macro bare_email(column) -%}
    {{ bare_address(plain_letters(column)) }}
{%- endmacro %}
