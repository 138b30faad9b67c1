{# The weekdays on which the business works (var business_weekdays), each once: 1 is Monday. #}
{% macro business_weekdays() -%}
    {%- set weekdays = var('business_weekdays') -%}
    {%- if not weekdays or weekdays is string or weekdays | reject('in', [1, 2, 3, 4, 5, 6, 7]) | list -%}
        {{ exceptions.raise_compiler_error("The var business_weekdays is '" ~ weekdays ~ "': it must list days from 1 (Monday) to 7.") }}
    {%- endif -%}
    {{ return(weekdays | unique | list) }}
{%- endmacro %}
