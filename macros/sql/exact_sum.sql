{# A sum of fractions that is the same in whatever order an engine adds: of decimals, with so many digits; `over` a window, if one
   is named. #}
{% macro exact_sum(number, digits=9, over=none) -%} {{ return(adapter.dispatch('exact_sum', 'revenue_funnel')(number, digits, over)) }} {%- endmacro %}

{% macro default__exact_sum(number, digits, over) -%}
    {{ as_double('sum(' ~ double_as_decimal(number, digits) ~ ')' ~ (' over (' ~ over ~ ')' if over else '')) }}
{%- endmacro %}

{#- PostgreSQL adds bigints many times faster than decimals. What no bigint can hold is added as decimals, beside it. -#}
{% macro postgres__exact_sum(number, digits, over) -%}
    {%- set unit = 'cast(1e-' ~ digits ~ ' as decimal(38, ' ~ digits ~ '))' -%}
    {%- set window = ' over (' ~ over ~ ')' if over else '' -%}
    {%- set fits = 'abs(' ~ number ~ ') < 9e' ~ (18 - digits) -%}
    {%- set counted = 'cast((' ~ number ~ ') * cast(1e' ~ digits ~ ' as double precision) as bigint)' -%}
    {%- set small = 'sum(case when ' ~ fits ~ ' then ' ~ counted ~ ' end)' ~ window ~ ' * ' ~ unit -%}
    {%- set large = 'sum(' ~ double_as_decimal(number, digits) ~ ') filter (where not ' ~ fits ~ ')' ~ window -%}
    cast(coalesce({{ small }} + {{ large }}, {{ small }}, {{ large }}) as double precision)
{%- endmacro %}
