{# A ratio with six digits; null where the denominator is zero or null. whole_digits: those before the point that it may have. #}
{% macro ratio(numerator, denominator, whole_digits=12) -%}
    cast(cast({{ numerator }} as decimal(28, 6)) / nullif({{ denominator }}, 0) as decimal({{ whole_digits + 6 }}, 6))
{%- endmacro %}
