{# Days from the cutoff's midnight to a moment; negative for one that is past. #}
{% macro days_from_cutoff(moment) -%}
    {{ days_between("date_trunc('day', " ~ cutoff() ~ ")", moment) }}
{%- endmacro %}
