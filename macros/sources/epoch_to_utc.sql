{# A whole number as a UTC timestamp: seconds, milliseconds or microseconds since 1970, distinguished by their size. #}
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
