{# Days from one timestamp to a later one, with fractions (decimal, two digits). #}
{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between', 'revenue_funnel')(earlier, later)) }}
{%- endmacro %}

{% macro default__days_between(earlier, later) -%}
    cast((epoch_us({{ later }}) - epoch_us({{ earlier }})) / 86400000000.0 as decimal(18, 2))
{%- endmacro %}
