{# Whether values of a source column may not fit the wanted type, because it is text or a wider number. #}
{% macro may_be_unreadable(column, type) -%}
    {%- set landed = column.dtype | lower -%}
    {{ return(type != 'text' and ('char' in landed or 'text' in landed or 'string' in landed or 'double' in landed)) }}
{%- endmacro %}
