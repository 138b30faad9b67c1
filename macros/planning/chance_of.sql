{# The chance that a normal variable lies below so many standard deviations; right to three digits. #}
{% macro chance_of(deviations) -%}
    case
            when {{ deviations }} > 8 then 1
            when {{ deviations }} < -8 then 0
            else 1 / (1 + exp(-1.5976 * ({{ deviations }}) - 0.070566 * power({{ deviations }}, 3)))
        end
{%- endmacro %}
