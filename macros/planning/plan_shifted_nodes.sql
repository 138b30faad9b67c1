{# The nodes whose conversion rate may change over time. Each has a sample of its own after the jackknife's (21, 22, 23), in
   which no journey is left out and the rate is one standard deviation higher than estimated. #}
{% macro plan_shifted_nodes() -%} {{ return(['lead', 'prospect', 'opportunity']) }} {%- endmacro %}
