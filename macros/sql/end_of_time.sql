{# A moment after every other, for what has not ended or was never dated, where times are compared. #}
{% macro end_of_time() -%} cast('9999-12-31' as timestamp) {%- endmacro %}
