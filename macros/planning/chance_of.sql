{# The chance that a normal variable lies below so many standard deviations; right to three digits. #}
{% macro chance_of(deviations) -%}
    1 / (1 + exp(-least(greatest(1.5976 * ({{ deviations }}) + 0.070566 * power({{ deviations }}, 3), -500), 500)))
{%- endmacro %}
