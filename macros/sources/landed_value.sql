{# A source column as a value of the wanted type (text, bigint, decimal, boolean, timestamp, date), whatever its own type.
   An unreadable value is null, and so is blank text. A number that is whole but landed as a fraction, 5000001.0,
   is the text 5000001; so is the text 5000001.0 in a column of ids (owner_id, vid_to_merge). table: its name with the system's, for the sentence that stops the
   build if a time is wanted of a column whose type holds none. #}
{% macro landed_value(column, type, table='a source table') -%}
    {%- set name = adapter.quote(column.name) -%}
    {%- set kind = kind_of_column(column) -%}
    {%- set text = landed_text(column) -%}
    {%- if type == 'text' and kind in ('exact', 'rounded') -%}
        case
            when {{ name }} <> floor({{ name }}) then {{ text }}
            {%- if kind == 'rounded' %}
            {#- Larger numbers of floating point may be another id's. #}
            when abs({{ name }}) >= 9007199254740992 then null
            {%- endif %}
            else cast({{ cast_or_null(name, 'decimal(38, 0)') }} as {{ dbt.type_string() }})
        end
    {%- elif type == 'text' and kind == 'text' and 'id_' in (column.name | lower ~ '_') -%}
        case
            when {{ text }} like '%_.0' and translate({{ text }}, '0123456789', '') = '.'
                then substring({{ text }}, 1, length({{ text }}) - 2)
            else {{ text }}
        end
    {%- elif type == 'text' -%} {{ text }}
    {%- elif type in ('timestamp', 'date') -%}
        {%- if kind == 'text' -%} {%- set moment = text_to_utc(text) -%}
        {%- elif kind == 'zoned' -%} {%- set moment = name ~ " at time zone 'UTC'" -%}
        {%- elif kind in ('whole', 'exact', 'rounded') -%} {%- set moment = epoch_to_utc(name, is_whole=kind == 'whole') -%}
        {%- elif kind == 'moment' -%} {%- set moment = name -%}
        {%- else -%}
            {{ exceptions.raise_compiler_error("The column " ~ column.name ~ " of " ~ table ~ " has landed as " ~ column.dtype ~ ", which holds no times: land it as a timestamp, a date, text or a number of seconds since 1970.") }}
        {%- endif -%}
        cast({{ moment }} as {{ type }})
    {%- else -%}
        {%- set types = {'bigint': 'bigint', 'decimal': 'decimal(18, 4)', 'boolean': 'boolean'} -%}
        {%- if kind == 'text' and type != 'boolean' -%}
            {#- DuckDB reads 0x1F, 0b11 and 1_000 as numbers. -#}
            {%- set value = "case when translate(lower(" ~ text ~ "), 'xb_', '') = lower(" ~ text ~ ") then " ~ text ~ " end" -%}
        {%- else -%}
            {%- set value = text if kind == 'text' else name -%}
        {%- endif -%}
        {{ cast_or_null(value, types[type]) }}
    {%- endif -%}
{%- endmacro %}
