{# One landed column as a value of the wanted type (text, bigint, decimal, boolean, timestamp, date), whatever type it landed in.
   What can't be read comes out null. Blank text is null. #}
{% macro landed_value(column, type) -%}
    {%- set name = adapter.quote(column.name) -%}
    {%- set landed = column.dtype | lower -%}
    {%- set is_text = column.is_string() or landed in ('varchar', 'text', 'string') -%}
    {%- set text = "nullif(trim(cast(" ~ name ~ " as " ~ dbt.type_string() ~ ")), '')" -%}
    {%- if type == 'text' -%} {{ text }}
    {%- elif type in ('timestamp', 'date') -%}
        {%- if is_text -%} {%- set moment = text_to_utc(text) -%}
        {%- elif 'with time zone' in landed -%} {%- set moment = name ~ " at time zone 'UTC'" -%}
        {%- elif 'int' in landed -%} {%- set moment = epoch_to_utc(name) -%}
        {%- else -%} {%- set moment = name -%}
        {%- endif -%}
        cast({{ moment }} as {{ type }})
    {%- else -%}
        {%- set types = {'bigint': 'bigint', 'decimal': 'decimal(18, 4)', 'boolean': 'boolean'} -%}
        try_cast({{ text if is_text else name }} as {{ types[type] }})
    {%- endif -%}
{%- endmacro %}

{# Whether a column's values can be other than the wanted type: those that landed as text, or wider than they are wanted. #}
{% macro may_be_unreadable(column, type) -%}
    {%- set landed = column.dtype | lower -%}
    {{ return(type != 'text' and ('char' in landed or 'text' in landed or 'string' in landed or 'double' in landed)) }}
{%- endmacro %}

{# Text as a UTC timestamp: ISO with blank or T, with or without fraction, offset, Z or UTC; or an epoch in s, ms or us. #}
{% macro text_to_utc(text) -%} {{ return(adapter.dispatch('text_to_utc', 'revenue_funnel')(text)) }} {%- endmacro %}

{% macro default__text_to_utc(text) -%}
    coalesce(
        try_cast({{ text }} as timestamp with time zone) at time zone 'UTC',
        {{ epoch_to_utc('try_cast(' ~ text ~ ' as bigint)') }}
    )
{%- endmacro %}

{# A whole number as a UTC timestamp: seconds, milliseconds or microseconds since 1970, told apart by their size. #}
{% macro epoch_to_utc(number) -%} {{ return(adapter.dispatch('epoch_to_utc', 'revenue_funnel')(number)) }} {%- endmacro %}

{% macro default__epoch_to_utc(number) -%}
    {%- set whole = 'cast(' ~ number ~ ' as bigint)' -%}
    make_timestamp(
        case
            when abs({{ whole }}) < 100000000000 then {{ whole }} * 1000000
            when abs({{ whole }}) < 100000000000000 then {{ whole }} * 1000
            else {{ whole }}
        end
    )
{%- endmacro %}
