{# An aggregate: the value that goes with the largest order. #}
{% macro last_by(value, order) -%} {{ return(adapter.dispatch('last_by', 'revenue_funnel')(value, order)) }} {%- endmacro %}

{% macro default__last_by(value, order) -%} max_by({{ value }}, {{ order }}) {%- endmacro %}

{% macro postgres__last_by(value, order) -%}
    (array_agg({{ value }} order by {{ order }} desc) filter (where {{ value }} is not null and {{ order }} is distinct from null))[1]
{%- endmacro %}

{% macro spark__last_by(value, order) -%}
    max_by({{ value }}, {{ order | replace('row(', 'struct(') }}) filter (where ({{ value }}) is not null)
{%- endmacro %}
