{# An aggregate over samples: how far two estimates stray together, by how much they move when a part is left out (the
   jackknife) and when the rate of a step moves. #}
{% macro covariance_of(value, other, digits=6) -%}
    {{ plan_samples() | int - 1 }} * {{ exact_covariance(value, other, digits) }}
        {%- for step in moving_steps() %}
        + coalesce({{ moved_by(value, loop.index) }} * {{ moved_by(other, loop.index) }}, 0)
        {%- endfor %}
{%- endmacro %}
