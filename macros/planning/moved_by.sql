{# An aggregate over samples: by how much an estimate moves when the rate of a step (1, 2, 3) moves. #}
{% macro moved_by(value, step_number) -%}
    (
            max(case when sample_number = {{ plan_samples() | int + step_number }} then {{ value }} end)
            - max(case when sample_number = 0 then {{ value }} end)
        )
{%- endmacro %}
