{# A key from text columns: the first 15 hexadecimal digits of an md5 as a bigint, the same on every engine and without a sign.
   Null when any of the columns is null. #}
{% macro key_of(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append('cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')') -%}
    {%- endfor -%}
    {{ adapter.dispatch('hex_to_bigint', 'revenue_funnel')('md5(' ~ parts | join(" || '|' || ") ~ ')') }}
{%- endmacro %}

{% macro default__hex_to_bigint(md5) -%}
    cast('0x' || substr({{ md5 }}, 1, 15) as bigint)
{%- endmacro %}

{% macro postgres__hex_to_bigint(md5) -%}
    cast(cast('x0' || substr({{ md5 }}, 1, 15) as bit(64)) as bigint)
{%- endmacro %}

{% macro spark__hex_to_bigint(md5) -%} cast(conv(substr({{ md5 }}, 1, 15), 16, 10) as bigint) {%- endmacro %}
