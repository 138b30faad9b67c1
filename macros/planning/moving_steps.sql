{# The steps whose rates are taken to move. Each has a sample of its own after the jackknife's, in which nothing is left out
   and its rate lies a standard deviation higher than believed. #}
{% macro moving_steps() -%} {{ return(['lead', 'prospect', 'opportunity']) }} {%- endmacro %}
