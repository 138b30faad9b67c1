{# An aggregate over samples: the standard deviation of an estimate, by how much it moves when a part is left out. #}
{% macro spread_of(value) -%}
    sqrt({{ plan_samples() | int - 1 }} * var_pop(case when sample_number > 0 then {{ value }} end))
{%- endmacro %}
