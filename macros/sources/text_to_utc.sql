{# Text as a UTC timestamp: year, month and day, with blank or T before a time, with or without fraction and zone (an offset, or a word
   of zone_offsets); or a number as in epoch_to_utc. Null if it is anything else. Each text is read by itself. #}
{% macro text_to_utc(text) -%} {{ return(adapter.dispatch('text_to_utc', 'revenue_funnel')(text)) }} {%- endmacro %}

{% macro default__text_to_utc(text) -%}
    {%- set form = "'^([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?)"
        ~ " *([A-Za-z]+|[-+][0-9]{2}(:?[0-9]{2})?)?$'" -%}
    {%- set zone = "upper(regexp_extract(" ~ text ~ ", " ~ form ~ ", 5))" -%}
    {#- DuckDB takes 40 microseconds to read a text as a decimal of more than 18 digits, a thousandth of that to read a whole number. -#}
    {%- set number -%}
        case
                when translate({{ text }}, '0123456789', '') in ('', '-') then cast({{ cast_or_null(text, 'bigint') }} as decimal(30, 6))
                else {{ cast_or_null(text, 'decimal(30, 6)') }}
            end
    {%- endset -%}
    {#- DuckDB's own cast of text with a zone moves other rows, too: never cast such text to a timestamp with time zone. -#}
    coalesce(
        make_timestamp(
            epoch_us(try_cast(regexp_extract({{ text }}, {{ form }}, 1) as timestamp))
            - 60000000 * case
                when {{ zone }} = '' then 0
                {%- for minutes, names in zone_offsets().items() %}
                when {{ zone }} in ('{{ names | join("', '") }}') then {{ minutes }}
                {%- endfor %}
                else
                    cast(try_cast(substr({{ zone }}, 1, 1) || '1' as bigint) * (
                        60 * try_cast(substr({{ zone }}, 2, 2) as bigint)
                        + coalesce(try_cast(right(substr({{ zone }}, 4), 2) as bigint), 0)
                    ) as bigint)
            end
        ),
        {{ epoch_to_utc(number, is_whole=false) }}
    )
{%- endmacro %}

{% macro postgres__text_to_utc(text) -%}
    {%- set form = "'^([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?)"
        ~ " *([A-Za-z]+|[-+][0-9]{2}(:?[0-9]{2})?)?$'" -%}
    {%- set zone = "upper(coalesce((regexp_match(" ~ text ~ ", " ~ form ~ "))[5], ''))" -%}
    coalesce(
        {{ target.schema }}.timestamp_or_null((regexp_match({{ text }}, {{ form }}))[1])
        - interval '1 minute' * case
            when {{ zone }} = '' then 0
            {%- for minutes, names in zone_offsets().items() %}
            when {{ zone }} in ('{{ names | join("', '") }}') then {{ minutes }}
            {%- endfor %}
            when {{ zone }} ~ '^[-+]'
                then cast(substr({{ zone }}, 1, 1) || '1' as bigint) * (
                    60 * cast(substr({{ zone }}, 2, 2) as bigint)
                    + coalesce(cast(nullif(right(substr({{ zone }}, 4), 2), '') as bigint), 0)
                )
        end,
        {{ epoch_to_utc(text, is_whole=false) }}
    )
{%- endmacro %}

{% macro spark__text_to_utc(text) -%}
    {%- set form = "'^([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?)"
        ~ " *([A-Za-z]+|[-+][0-9]{2}(:?[0-9]{2})?)?$'" -%}
    {%- set zone = "upper(regexp_extract(" ~ text ~ ", " ~ form ~ ", 5))" -%}
    {%- set moment = "regexp_replace(replace(regexp_extract(" ~ text ~ ", " ~ form ~ ", 1), '/', '-'), '[T ]+', ' ')" -%}
    coalesce(
        timestamp_micros(
            unix_micros(try_cast(if(regexp_count({{ moment }}, ':') = 1, {{ moment }} || ':00', {{ moment }}) as timestamp))
            - 60000000 * case
                when {{ zone }} = '' then 0
                {%- for minutes, names in zone_offsets().items() %}
                when {{ zone }} in ('{{ names | join("', '") }}') then {{ minutes }}
                {%- endfor %}
                else
                    try_cast(substr({{ zone }}, 1, 1) || '1' as bigint) * (
                        60 * try_cast(substr({{ zone }}, 2, 2) as bigint)
                        + coalesce(try_cast(right(substr({{ zone }}, 4), 2) as bigint), 0)
                    )
            end
        ),
        {{ epoch_to_utc(text, is_whole=false) }}
    )
{%- endmacro %}
