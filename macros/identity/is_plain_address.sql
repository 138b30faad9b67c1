{# Whether an address is written with nothing but ASCII letters, digits and . _ % + @ - : nearly all are, and need no further look. #}
{% macro is_plain_address(column) -%} {{ return(adapter.dispatch('is_plain_address', 'revenue_funnel')(column)) }} {%- endmacro %}

{% macro default__is_plain_address(column) -%} regexp_matches({{ column }}, '^[A-Za-z0-9._%+@-]+$') {%- endmacro %}

{% macro postgres__is_plain_address(column) -%} {{ column }} ~ '^[A-Za-z0-9._%+@-]+$' {%- endmacro %}

{% macro spark__is_plain_address(column) -%} {{ column }} rlike '^[A-Za-z0-9._%+@-]+$' {%- endmacro %}
