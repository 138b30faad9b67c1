{# The probability that a normal variable is below a number of standard deviations; correct to three digits. #}
{% macro normal_probability(deviations) -%}
    case
            when {{ deviations }} > 8 then 1
            when {{ deviations }} < -8 then 0
            else 1 / (1 + exp(-1.5976 * ({{ deviations }}) - 0.070566 * power({{ deviations }}, 3)))
        end
{%- endmacro %}
