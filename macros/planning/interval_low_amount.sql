{# The lower end of an interval around an amount; an estimate that is not negative has no negative end. #}
{% macro interval_low_amount(value, deviation, percent) -%}
    {%- set reach = t_quantile(percent) ~ ' * ' ~ deviation -%}
    case
            when {{ value }} >= 0 and {{ value }} < {{ reach }} then 0
            else {{ as_amount(value ~ ' - ' ~ reach) }}
        end
{%- endmacro %}
