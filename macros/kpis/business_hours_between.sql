{# Business hours (vars business_hours, business_weekdays) from one timestamp to a later one, with two digits. #}
{% macro business_hours_between(earlier, later) -%}
    cast(({{ business_seconds(later) }} - {{ business_seconds(earlier) }}) / 3600.0 as decimal(12, 2))
{%- endmacro %}
