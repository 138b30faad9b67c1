{# How many standard deviations an interval reaches to either side: Student's t with 19 degrees of freedom (20 samples). 80 and
   95 are two-sided intervals; above_80 is the one-sided 80 %. #}
{% macro t_quantile(percent) -%}
    {{ return({'80': 1.3277, '95': 2.0930, 'above_80': 0.8610}[percent | string]) }}
{%- endmacro %}
