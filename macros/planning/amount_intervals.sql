{# The four ends of the intervals around an amount: low_80_amount, high_80_amount, low_95_amount, high_95_amount.
   What is not negative has no negative end. #}
{% macro amount_intervals(value, deviation) -%}
    {%- for percent in ['80', '95'] -%}
        {%- set reach = plan_quantile(percent) ~ ' * ' ~ deviation -%}
        case
            when {{ value }} >= 0 and {{ value }} < {{ reach }} then 0
            else {{ as_amount(value ~ ' - ' ~ reach) }}
        end as low_{{ percent }}_amount,
        {{ as_amount(value ~ ' + ' ~ reach) }} as high_{{ percent }}_amount
        {{- ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
