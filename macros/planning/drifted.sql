{# By how much a rate that drifts has moved by a week to come; after half a year it is taken to stand still. #}
{% macro drifted(week_number) -%}
    exp(rates.yearly_drift * (least({{ week_number }}, 26) / 52.0 - rates.mean_years))
{%- endmacro %}
