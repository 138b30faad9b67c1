{# The first weekday of the business's week (var week_start), as days after Monday: 0 for Monday, 6 for Sunday. #}
{% macro week_start_number() -%}
    {%- set weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] -%}
    {{ return(weekdays.index(choice_var('week_start', weekdays))) }}
{%- endmacro %}
