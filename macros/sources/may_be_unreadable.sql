{# Whether a column's values can be other than the wanted type: those that landed as text, or wider than they are wanted. #}
{% macro may_be_unreadable(column, type) -%}
    {%- set landed = column.dtype | lower -%}
    {{ return(type != 'text' and ('char' in landed or 'text' in landed or 'string' in landed or 'double' in landed)) }}
{%- endmacro %}
