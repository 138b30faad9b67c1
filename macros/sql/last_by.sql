{# An aggregate: the value that goes with the largest order. #}
{% macro last_by(value, order) -%} {{ return(adapter.dispatch('last_by', 'revenue_funnel')(value, order)) }} {%- endmacro %}

{% macro default__last_by(value, order) -%} max_by({{ value }}, {{ order }}) {%- endmacro %}
