{# A sum of fractions that is the same in whatever order an engine adds: of decimals, with so many digits; `over` a window, if one
   is named. #}
{% macro exact_sum(number, digits=9, over=none) -%}
    {{ as_double('sum(' ~ double_as_decimal(number, digits) ~ ')' ~ (' over (' ~ over ~ ')' if over else '')) }}
{%- endmacro %}
