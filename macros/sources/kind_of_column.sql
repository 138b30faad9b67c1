{# How the values of a source column have landed: text, whole (numbers), exact (numbers with decimals), rounded (numbers of floating
   point), moment, zoned (moments with a time zone), or other. #}
{% macro kind_of_column(column) -%}
    {%- set landed = column.dtype | lower -%}
    {%- if column.is_string() or landed.split('(')[0] in ('varchar', 'text', 'string', 'char') -%} {{ return('text') }}
    {%- elif landed.startswith('timestamp') and ('with time zone' in landed or landed.endswith('tz')) -%} {{ return('zoned') }}
    {%- elif landed.startswith('timestamp') or landed in ('date', 'datetime') -%} {{ return('moment') }}
    {%- elif landed.startswith('interval') -%} {{ return('other') }}
    {%- elif 'int' in landed or landed in ('long', 'short', 'byte') -%} {{ return('whole') }}
    {%- elif landed.startswith('decimal') or landed.startswith('numeric') -%} {{ return('exact') }}
    {%- elif landed.startswith('double') or landed.startswith('float') or landed == 'real' -%} {{ return('rounded') }}
    {%- endif -%}
    {{ return('other') }}
{%- endmacro %}
