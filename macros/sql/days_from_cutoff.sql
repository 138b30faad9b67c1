{# Days from midnight of the cutoff's day to a moment; negative for a moment in the past. #}
{% macro days_from_cutoff(moment) -%}
    {{ days_between("date_trunc('day', " ~ cutoff() ~ ")", moment) }}
{%- endmacro %}
