{# Whole weeks from midnight of the cutoff's day to a moment: 0 is the first week ahead, -1 the last complete one. #}
{% macro week_number(moment) -%}
    cast(floor({{ days_from_cutoff("date_trunc('day', " ~ moment ~ ")") }} / 7) as bigint)
{%- endmacro %}
