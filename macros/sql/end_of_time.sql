{# A moment after every other, for what has not ended or was never dated, where times are compared. #}
{% macro end_of_time() -%} cast('9999-12-31' as timestamp) {%- endmacro %}

{# A time, or the end of time where there is none, so that times compare on either side of a join. #}
{% macro or_end(column) -%} coalesce({{ column }}, {{ end_of_time() }}) {%- endmacro %}
