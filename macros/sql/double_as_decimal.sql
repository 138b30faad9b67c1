{# A number in double precision as a decimal(38, digits), by all the digits that it has. #}
{% macro double_as_decimal(number, digits) -%} {{ return(adapter.dispatch('double_as_decimal', 'revenue_funnel')(number, digits)) }} {%- endmacro %}

{% macro default__double_as_decimal(number, digits) -%} cast({{ number }} as decimal(38, {{ digits }})) {%- endmacro %}

{#- PostgreSQL takes 15 significant digits of a double, and its text has all of them. -#}
{% macro postgres__double_as_decimal(number, digits) -%} cast(cast({{ number }} as text) as decimal(38, {{ digits }})) {%- endmacro %}
