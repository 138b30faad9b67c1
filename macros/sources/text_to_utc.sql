{# Text as a UTC timestamp: ISO with blank or T, with or without fraction, offset, Z or UTC; or an epoch in s, ms or us. #}
{% macro text_to_utc(text) -%} {{ return(adapter.dispatch('text_to_utc', 'revenue_funnel')(text)) }} {%- endmacro %}

{% macro default__text_to_utc(text) -%}
    coalesce(
        try_cast({{ text }} as timestamp with time zone) at time zone 'UTC',
        {{ epoch_to_utc('try_cast(' ~ text ~ ' as bigint)') }}
    )
{%- endmacro %}
