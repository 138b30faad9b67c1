{# Days from midnight of the cutoff's day to a moment; negative for a moment in the past. #}
{% macro days_from_cutoff(moment) -%}
    {{ days_between(period_start('day', cutoff()), moment) }}
{%- endmacro %}
