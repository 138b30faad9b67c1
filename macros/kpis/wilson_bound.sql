{# An end of Wilson's 95 % interval of a rate, which holds for few cases, too: sign '-' or '+'. #}
{% macro wilson_bound(won_count, closed_count, sign) -%}
    {#- 1.959964 is the quantile of the normal distribution for 95 % in both directions. -#}
    {%- set z = 1.959964 -%}
    {%- set closed = as_double('nullif(' ~ closed_count ~ ', 0)') -%}
    {%- set rate = won_count ~ ' / ' ~ closed -%}
    {{ 'greatest(0, ' if sign == '-' else 'least(1, ' }}(
        {{ rate }} + {{ z * z / 2 }} / {{ closed }} {{ sign }} {{ z }} * sqrt(
            {{ rate }} * (1 - {{ rate }}) / {{ closed }} + {{ z * z / 4 }} / power({{ closed }}, 2)
        )
    ) / (1 + {{ z * z }} / {{ closed }}))
{%- endmacro %}
