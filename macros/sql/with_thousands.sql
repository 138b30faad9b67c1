{# A number as text, rounded to a whole one, with separators of thousands: 1,120. #}
{% macro with_thousands(number) -%} {{ return(adapter.dispatch('with_thousands', 'revenue_funnel')(number)) }} {%- endmacro %}

{% macro default__with_thousands(number) -%} format('{:,}', cast(round({{ number }}) as bigint)) {%- endmacro %}

{% macro postgres__with_thousands(number) -%} to_char(round(cast({{ number }} as numeric)), 'FM999,999,999,999,999,990') {%- endmacro %}

{% macro spark__with_thousands(number) -%} format_number(cast(round({{ number }}) as bigint), 0) {%- endmacro %}
