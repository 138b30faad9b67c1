{# The reason codes of rows that staging reads past on purpose; the seed `row_reasons` says each in words. #}
{% macro set_aside_codes() -%} ('not_needed', 'superseded', 'detail_row', 'test_mode') {%- endmacro %}
