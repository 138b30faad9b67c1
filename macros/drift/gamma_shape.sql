{# The shape of the gamma distribution by which days differ, for a count with this mean and variance: large where days differ only as
   counts do. Its limits (0.6, 100000) keep the formula of z_score_of valid. #}
{% macro gamma_shape(expected, variance) -%}
    least(greatest(
            {{ expected }} * {{ expected }} / greatest({{ variance }} - {{ expected }}, 0.000001), 0.6
        ), 100000)
{%- endmacro %}
