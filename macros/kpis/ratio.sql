{# A ratio with six digits; null where the denominator is zero or null. #}
{% macro ratio(numerator, denominator) -%}
    cast(cast({{ numerator }} as decimal(28, 6)) / nullif({{ denominator }}, 0) as decimal(18, 6))
{%- endmacro %}
