{# The weekday of a moment: 1 is Monday, 7 is Sunday, whatever the first day of the business's week is. #}
{% macro weekday_number(moment) -%}
    mod(cast({{ moment }} as date) - date '1969-12-29', 7) + 1
{%- endmacro %}
