{# A moment before every other, for what holds since ever, where times are compared. #}
{% macro start_of_time() -%} cast('1900-01-01' as timestamp) {%- endmacro %}
