{# A number as a fraction of double precision, in which the plan reckons until it is told. #}
{% macro as_double(number) -%} {{ return(adapter.dispatch('as_double', 'revenue_funnel')(number)) }} {%- endmacro %}

{% macro default__as_double(number) -%} cast({{ number }} as double precision) {%- endmacro %}
