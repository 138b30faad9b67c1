{# An aggregate over samples: the standard deviation of an estimate. #}
{% macro spread_of(value, digits=6) -%} sqrt(greatest({{ covariance_of(value, value, digits) }}, 0)) {%- endmacro %}
