{# The weekday of a moment: 1 is Monday, 7 is Sunday, whatever the first day of the business's week is. #}
{% macro weekday_number(moment) -%}
    mod({{ date_difference("date '1969-12-29'", 'cast(' ~ moment ~ ' as date)') }}, 7) + 1
{%- endmacro %}
