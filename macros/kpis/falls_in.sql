{# The condition that joins `periods` (reporting_periods) to a moment. #}
{% macro falls_in(moment) -%}
    {{ moment }} >= periods.starts_at
            and {{ moment }} < periods.ends_at
{%- endmacro %}
