{# A time, or the end of time where there is none, so that times compare on either side of a join. #}
{% macro or_end(column) -%} coalesce({{ column }}, {{ end_of_time() }}) {%- endmacro %}
