{# An aggregate over samples: the standard deviation of an estimate. #}
{% macro sample_deviation(value, digits=6, sample='sample_number') -%}
    sqrt(greatest({{ sample_covariance(value, value, digits, sample) }}, 0))
{%- endmacro %}
