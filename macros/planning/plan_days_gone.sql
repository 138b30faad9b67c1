{# The days of the business's week that are gone at midnight of the cutoff's day: 0 on its first weekday, 6 on its last. #}
{% macro plan_days_gone() -%}
    cast({{ days_from_cutoff(period_start('week', cutoff())) }} * -1 as bigint)
{%- endmacro %}
