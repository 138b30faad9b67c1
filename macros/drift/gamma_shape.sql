{# The shape of the gamma law by which days differ, where a count has this mean and varies so much: large where chance alone is at
   work, and never so small that the formula of surprise_of would not hold. #}
{% macro gamma_shape(expected, variance) -%}
    least(greatest(
            {{ expected }} * {{ expected }} / greatest({{ variance }} - {{ expected }}, 0.000001), 0.6
        ), 100000)
{%- endmacro %}
