{# Two columns of a source row: reason_code (why it cannot be used, null if it can) and reason_detail (the column at fault).
   They refer to the columns of `typed`, as read_source reads them.
   checked: the columns of which something may have landed that can't be read. readable: columns that may be empty, but not unreadable. #}
{% macro landed_reason(checked, key, needs, readable, landed, types, history=false) -%}
    {%- set checks = [] -%}
    {%- for name in key + needs + readable if name in checked -%}
        {%- do checks.append([nothing_readable(name), 'unreadable_value', name]) -%}
    {%- endfor -%}
    {%- for name in key -%}
        {%- do checks.append(['typed.' ~ name | lower ~ ' is null', 'no_key', name]) -%}
    {%- endfor -%}
    {%- if landed and landed.get('_fivetran_active') and not history -%}
        {%- do checks.append(['not typed.row_is_active', 'superseded', '_fivetran_active']) -%}
    {%- endif -%}
    {%- for name in needs -%}
        {%- do checks.append(['typed.' ~ name | lower ~ ' is null', 'missing_value', name]) -%}
    {%- endfor -%}
    {%- set remarks = [] -%}
    {%- for name in checked if name not in key + needs + readable -%}
        {%- do remarks.append([nothing_readable(name), name]) -%}
    {%- endfor -%}
    {#- A mark of deletion that can't be read deletes nothing, so somebody must look at it. -#}
    {%- for name in ['_fivetran_deleted', 'is_deleted'] if landed and name in landed and name not in types and may_be_unreadable(landed[name], 'boolean') -%}
        {%- do remarks.append(['typed.' ~ name ~ '_is_unreadable', name]) -%}
    {%- endfor %}
        case
            {%- for check in checks %}
            when {{ check[0] }} then '{{ check[1] }}'
            {%- endfor %}
        end as reason_code,
        case
            {%- for check in checks %}
            when {{ check[0] }} then '{{ check[2] }}'
            {%- endfor %}
            {%- for remark in remarks %}
            when {{ remark[0] }} then '{{ remark[1] }}'
            {%- endfor %}
            else {{ typed_null('text') }}
        end as reason_detail
{%- endmacro %}

{# A condition: something has landed in a column that read_source checks, and it is no value of the wanted type. #}
{% macro nothing_readable(name) -%}
    typed.{{ name | lower }} is null and typed.{{ name | lower }}_is_filled
{%- endmacro %}
