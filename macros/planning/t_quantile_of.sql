{# How many standard deviations an interval reaches to each side, by Student's t with so many degrees of freedom (two or more); correct
   to 3 % (the expansion of Cornish and Fisher). percent: 80 or 95. degrees: an expression. #}
{% macro t_quantile_of(percent, degrees) -%}
    {%- set z = {'80': 1.281552, '95': 1.959964}[percent | string] -%}
    {%- set terms = [
        (z ** 3 + z) / 4,
        (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
        (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    ] -%}
    ({{ z }}
    {%- for term in terms %} + {{ '%.6f' % term }} / power({{ as_double(degrees) }}, {{ loop.index }}){% endfor %})
{%- endmacro %}
