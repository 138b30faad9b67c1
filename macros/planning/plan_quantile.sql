{# How many standard deviations an interval reaches to either side: Student's t with 19 degrees of freedom. #}
{% macro plan_quantile(percent) -%}
    {{ return({'80': 1.3277, '95': 2.0930, 'above_80': 0.8610}[percent | string]) }}
{%- endmacro %}
