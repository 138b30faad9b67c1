{# How many parts the journeys are split into. The plan is computed from all of them and once more without each part: how far
   the results differ shows how certain they are (the jackknife). t_quantile is for 20 parts. #}
{% macro plan_part_count() -%} 20 {%- endmacro %}
