{# A timestamp moved by whole days of 24 hours. Engines differ; DuckDB mixes up intervals that compare equal. #}
{% macro add_days(timestamp, days) -%} {{ return(adapter.dispatch('add_days', 'revenue_funnel')(timestamp, days)) }} {%- endmacro %}

{% macro default__add_days(timestamp, days) -%} {{ timestamp }} + to_hours(24 * ({{ days }})) {%- endmacro %}

{% macro postgres__add_days(timestamp, days) -%} {{ timestamp }} + ({{ days }}) * interval '24 hours' {%- endmacro %}

{% macro spark__add_days(timestamp, days) -%}
    cast({{ timestamp }} as timestamp) + make_dt_interval(cast({{ days }} as integer))
{%- endmacro %}
