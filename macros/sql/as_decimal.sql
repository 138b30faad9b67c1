{# Text as a decimal(18, 4); null where it can't be read. #}
{% macro as_decimal(text) -%} {{ return(adapter.dispatch('as_decimal', 'revenue_funnel')(text)) }} {%- endmacro %}

{% macro default__as_decimal(text) -%} try_cast({{ text }} as decimal(18, 4)) {%- endmacro %}
