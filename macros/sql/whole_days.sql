{# Whole days of 24 hours that have passed from one timestamp to a later one. #}
{% macro whole_days(earlier, later) -%}
    {{ return(adapter.dispatch('whole_days', 'revenue_funnel')(earlier, later)) }}
{%- endmacro %}

{% macro default__whole_days(earlier, later) -%}
    cast((epoch_us({{ later }}) - epoch_us({{ earlier }})) // 86400000000 as bigint)
{%- endmacro %}

{% macro postgres__whole_days(earlier, later) -%}
    cast(trunc((extract(epoch from {{ later }}) - extract(epoch from {{ earlier }})) / 86400) as bigint)
{%- endmacro %}

{% macro spark__whole_days(earlier, later) -%}
    (unix_micros({{ later }}) - unix_micros({{ earlier }})) div 86400000000
{%- endmacro %}
