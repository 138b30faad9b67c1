{# Days from one timestamp to a later one, with fractions (decimal, two digits). #}
{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between', 'revenue_funnel')(earlier, later)) }}
{%- endmacro %}

{% macro default__days_between(earlier, later) -%}
    cast((epoch_us({{ later }}) - epoch_us({{ earlier }})) / 86400000000.0 as decimal(18, 2))
{%- endmacro %}

{#- DuckDB divides in floating point and rounds that number: its last bit decides where the fraction lies between two hundredths. -#}
{% macro postgres__days_between(earlier, later) -%}
    {%- set hundredths = 'cast((extract(epoch from ' ~ later ~ ') - extract(epoch from ' ~ earlier ~ ')) * 1000000 as double precision)'
        ~ ' / 86400000000 * 100' -%}
    cast(trunc(cast(trunc({{ hundredths }} + 0.5 * sign({{ hundredths }})) as numeric)) / 100 as decimal(18, 2))
{%- endmacro %}

{% macro spark__days_between(earlier, later) -%}
    {%- set hundredths = 'cast(unix_micros(' ~ later ~ ') - unix_micros(' ~ earlier ~ ') as double) / 86400000000 * 100' -%}
    cast(floor(abs({{ hundredths }}) + 0.5) * sign({{ hundredths }}) / 100 as decimal(18, 2))
{%- endmacro %}
