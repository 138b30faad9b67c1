{# A number in double precision, in which the plan is calculated until it is published. #}
{% macro as_double(number) -%} {{ return(adapter.dispatch('as_double', 'revenue_funnel')(number)) }} {%- endmacro %}

{% macro default__as_double(number) -%} cast({{ number }} as double precision) {%- endmacro %}

{% macro spark__as_double(number) -%} cast({{ number }} as double) {%- endmacro %}
