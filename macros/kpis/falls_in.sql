{# The condition that a moment lies in a row of int_reporting_periods_listed, joined under the name `periods`. Never true for a period
   that has not started. #}
{% macro falls_in(moment, periods) -%}
    {{ moment }} >= {{ periods }}.starts_at
            and {{ moment }} < {{ periods }}.ends_at
{%- endmacro %}
