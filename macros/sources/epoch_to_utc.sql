{# A number as a UTC timestamp: seconds, milliseconds or microseconds since 1970, distinguished by their size; null if it is none of
   them. is_whole: whether the expression is a whole number; text and other numbers are read to the microsecond. #}
{% macro epoch_to_utc(number, is_whole=true) -%}
    {{ return(adapter.dispatch('epoch_to_utc', 'revenue_funnel')(number, is_whole)) }}
{%- endmacro %}

{% macro default__epoch_to_utc(number, is_whole=true) -%}
    {%- set read = cast_or_null(number, 'bigint' if is_whole else 'decimal(30, 6)') -%}
    make_timestamp(cast(
        case
            when {{ read }} between -99999999999 and 99999999999 then {{ read }} * 1000000
            when {{ read }} between -99999999999999 and 99999999999999 then {{ read }} * 1000
            when {{ read }} between -99999999999999999 and 99999999999999999 then {{ read }}
        end as bigint
    ))
{%- endmacro %}

{% macro postgres__epoch_to_utc(number, is_whole=true) -%}
    {%- set read = cast_or_null(number, 'bigint' if is_whole else 'decimal(30, 6)') -%}
    timestamp '1970-01-01' + interval '1 microsecond' * cast(
        case
            when {{ read }} between -99999999999 and 99999999999 then {{ read }} * 1000000
            when {{ read }} between -99999999999999 and 99999999999999 then {{ read }} * 1000
            when {{ read }} between -99999999999999999 and 99999999999999999 then {{ read }}
        end as bigint
    )
{%- endmacro %}

{% macro spark__epoch_to_utc(number, is_whole=true) -%}
    {%- set read = cast_or_null(number, 'bigint' if is_whole else 'decimal(30, 6)') -%}
    timestamp_micros(cast(
        case
            when {{ read }} between -99999999999 and 99999999999 then {{ read }} * 1000000
            when {{ read }} between -99999999999999 and 99999999999999 then {{ read }} * 1000
            when {{ read }} between -99999999999999999 and 99999999999999999 then {{ read }}
        end as bigint
    ))
{%- endmacro %}
