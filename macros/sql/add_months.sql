{# A timestamp moved by whole months. #}
{% macro add_months(timestamp, months) -%} {{ return(adapter.dispatch('add_months', 'revenue_funnel')(timestamp, months)) }} {%- endmacro %}

{% macro default__add_months(timestamp, months) -%} {{ timestamp }} + to_months(cast({{ months }} as integer)) {%- endmacro %}

{% macro postgres__add_months(timestamp, months) -%} {{ timestamp }} + ({{ months }}) * interval '1 month' {%- endmacro %}

{% macro spark__add_months(timestamp, months) -%}
    cast({{ timestamp }} as timestamp) + make_ym_interval(0, cast({{ months }} as integer))
{%- endmacro %}
