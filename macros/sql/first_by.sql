{# An aggregate: the value that goes with the smallest order; among equal orders the engine is free, so give a unique one. #}
{% macro first_by(value, order) -%} {{ return(adapter.dispatch('first_by', 'revenue_funnel')(value, order)) }} {%- endmacro %}

{% macro default__first_by(value, order) -%} min_by({{ value }}, {{ order }}) {%- endmacro %}

{% macro postgres__first_by(value, order) -%}
    (array_agg({{ value }} order by {{ order }}) filter (where {{ value }} is not null and {{ order }} is distinct from null))[1]
{%- endmacro %}

{% macro spark__first_by(value, order) -%}
    min_by({{ value }}, {{ order | replace('row(', 'struct(') }}) filter (where ({{ value }}) is not null)
{%- endmacro %}
