{# All samples, in the column `number`: 0 is everything, 1 to 20 leave a part out, 21 to 23 move one step's rate each. #}
{% macro plan_sample_spine() -%} {{ whole_numbers(0, plan_samples() | int + moving_steps() | length) }} {%- endmacro %}
