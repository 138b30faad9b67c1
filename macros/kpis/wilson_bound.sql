{# An end of Wilson's interval of a rate, which holds for few cases, too: sign '-' or '+'. deviations: how far it reaches; 1.959964
   is the quantile of the normal distribution for 95 % in both directions. #}
{% macro wilson_bound(won_count, closed_count, sign, deviations='1.959964') -%}
    {%- set closed = as_double('nullif(' ~ closed_count ~ ', 0)') -%}
    {%- set rate = won_count ~ ' / ' ~ closed -%}
    {{ 'greatest(0, ' if sign == '-' else 'least(1, ' }}(
        {{ rate }} + power({{ deviations }}, 2) / (2 * {{ closed }}) {{ sign }} {{ deviations }} * sqrt(
            {{ rate }} * (1 - {{ rate }}) / {{ closed }}
            + power({{ deviations }} / {{ closed }}, 2) / 4
        )
    ) / (1 + power({{ deviations }}, 2) / {{ closed }}))
{%- endmacro %}
