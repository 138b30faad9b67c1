{# A ratio with six digits; empty where there is nothing to divide by. #}
{% macro ratio(numerator, denominator) -%}
    cast(cast({{ numerator }} as decimal(28, 6)) / nullif({{ denominator }}, 0) as decimal(18, 6))
{%- endmacro %}
