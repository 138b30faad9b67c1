{# The condition that a day lies in a period, joined under the name `periods` with its next_period_start; false where there is no day. #}
{% macro is_due(day, periods) -%}
    coalesce({{ day }} >= {{ periods }}.period_start and {{ day }} < {{ periods }}.next_period_start, false)
{%- endmacro %}
