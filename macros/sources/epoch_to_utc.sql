{# A number as a UTC timestamp: seconds, milliseconds or microseconds since 1970, distinguished by their size; null if it is none of
   them. is_whole: whether the expression is a whole number; text and other numbers are read to the microsecond. #}
{% macro epoch_to_utc(number, is_whole=true) -%}
    {%- set read = cast_or_null(number, 'bigint' if is_whole else 'decimal(30, 6)') -%}
    {%- set microseconds -%}
    cast(
        case
            when {{ read }} between -99999999999 and 99999999999 then {{ read }} * 1000000
            when {{ read }} between -99999999999999 and 99999999999999 then {{ read }} * 1000
            when {{ read }} between -99999999999999999 and 99999999999999999 then {{ read }}
        end as bigint
    )
    {%- endset -%}
    {{ return(adapter.dispatch('utc_of_microseconds', 'revenue_funnel')(microseconds)) }}
{%- endmacro %}

{% macro default__utc_of_microseconds(microseconds) -%} make_timestamp({{ microseconds }}) {%- endmacro %}

{% macro postgres__utc_of_microseconds(microseconds) -%}
    timestamp '1970-01-01' + interval '1 microsecond' * {{ microseconds }}
{%- endmacro %}

{% macro spark__utc_of_microseconds(microseconds) -%} timestamp_micros({{ microseconds }}) {%- endmacro %}
