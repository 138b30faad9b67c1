{# The upper end of an interval around an amount. #}
{% macro interval_high_amount(value, deviation, percent) -%}
    {{ as_amount(value ~ ' + ' ~ t_quantile(percent) ~ ' * ' ~ deviation) }}
{%- endmacro %}
