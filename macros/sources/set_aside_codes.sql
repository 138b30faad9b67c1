{# The reason codes of rows that staging sets aside by a rule; the seed row_reasons has their sentences. #}
{% macro set_aside_codes() -%} ('not_needed', 'superseded', 'detail_row', 'test_mode', 'metered_use') {%- endmacro %}
