{# An aggregate over samples: the standard deviation of an estimate, by how much it moves when a part is left out. #}
{% macro spread_of(value, digits=6) -%}
    sqrt({{ plan_samples() | int - 1 }} * {{ exact_covariance(value, value, digits) }})
{%- endmacro %}
