{# How many parts the journeys are split into. The plan is worked out from all of them, and once more without each part:
   how far these plans differ says how sure it is (the jackknife). The quantiles in plan_quantile are for 20. #}
{% macro plan_samples() -%} 20 {%- endmacro %}
