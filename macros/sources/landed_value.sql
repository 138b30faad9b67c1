{# A source column as a value of the wanted type (text, bigint, decimal, boolean, timestamp, date), whatever its own type.
   An unreadable value is null, and so is blank text. A number that is whole but landed as a fraction, 5000001.0,
   is the text 5000001; so is the text 5000001.0 in a column of ids. #}
{% macro landed_value(column, type) -%}
    {%- set name = adapter.quote(column.name) -%}
    {%- set landed = column.dtype | lower -%}
    {%- set is_text = column.is_string() or landed in ('varchar', 'text', 'string') -%}
    {%- set text = "nullif(trim(cast(" ~ name ~ " as " ~ dbt.type_string() ~ ")), '')" -%}
    {%- if type == 'text' and ('double' in landed or 'float' in landed or 'decimal' in landed) -%}
        case
            -- Larger fractions do not hold every whole number.
            when {{ name }} = round({{ name }}) and abs({{ name }}) < 9007199254740992
                then cast(cast({{ name }} as bigint) as {{ dbt.type_string() }})
            else cast({{ name }} as {{ dbt.type_string() }})
        end
    {%- elif type == 'text' and is_text and (column.name | lower).endswith('id') -%}
        case
            when {{ text }} like '%_.0' and translate({{ text }}, '0123456789', '') = '.'
                then substring({{ text }}, 1, length({{ text }}) - 2)
            else {{ text }}
        end
    {%- elif type == 'text' -%} {{ text }}
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
