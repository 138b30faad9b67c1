{# Whole weeks from the cutoff's midnight to a moment: 0 is the first week to come, -1 the last that is over. #}
{% macro week_number(moment) -%}
    cast(floor({{ days_from_cutoff("date_trunc('day', " ~ moment ~ ")") }} / 7) as bigint)
{%- endmacro %}
