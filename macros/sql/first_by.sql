{# An aggregate: the value that goes with the smallest order; among equal orders the engine is free, so give a unique one. #}
{% macro first_by(value, order) -%} {{ return(adapter.dispatch('first_by', 'revenue_funnel')(value, order)) }} {%- endmacro %}

{% macro default__first_by(value, order) -%} min_by({{ value }}, {{ order }}) {%- endmacro %}

{# An aggregate: the value that goes with the largest order. #}
{% macro last_by(value, order) -%} {{ return(adapter.dispatch('last_by', 'revenue_funnel')(value, order)) }} {%- endmacro %}

{% macro default__last_by(value, order) -%} max_by({{ value }}, {{ order }}) {%- endmacro %}
