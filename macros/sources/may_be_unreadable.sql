{# Whether values of a source column may not fit the wanted type, because it is text, a wider number or another kind. #}
{% macro may_be_unreadable(column, type) -%}
    {%- set kind = kind_of_column(column) -%}
    {{ return(
        kind == 'rounded'
        or (kind == 'text' and type != 'text')
        or (kind in ('whole', 'exact') and type in ('timestamp', 'date'))
        or (kind not in ('text', 'whole', 'exact') and type in ('bigint', 'decimal') )
    ) }}
{%- endmacro %}
