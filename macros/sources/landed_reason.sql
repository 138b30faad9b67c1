{# Two columns of a source row: reason_code (why it cannot be used, null if it can) and reason_detail (the column at fault).
   readable: columns that may be empty, but not unreadable. secondary: columns whose impossible times are null. #}
{% macro landed_reason(landed, values, types, key, needs, known, history=false, readable=[], secondary=[]) -%}
    {%- set checks = [] -%}
    {%- for name in key + needs + readable if name in landed and may_be_unreadable(landed[name], types[name]) -%}
        {%- do checks.append([values[name] ~ ' is null and ' ~ landed_text(landed[name]) ~ ' is not null', 'unreadable_value', name]) -%}
    {%- endfor -%}
    {%- for name in key -%}
        {%- do checks.append([values[name] ~ ' is null', 'no_key', name]) -%}
    {%- endfor -%}
    {%- if known and known.get('_fivetran_active') and not history -%}
        {%- do checks.append(['not coalesce(' ~ landed_value(known['_fivetran_active'], 'boolean') ~ ', true)', 'superseded', '_fivetran_active']) -%}
    {%- endif -%}
    {%- for name in needs -%}
        {%- do checks.append([values[name] ~ ' is null', 'missing_value', name]) -%}
    {%- endfor -%}
    {%- set remarks = [] -%}
    {%- for name, type in types.items() if name in landed and name not in key + needs + readable -%}
        {%- if name in secondary or may_be_unreadable(landed[name], type) -%}
            {%- do remarks.append([values[name] ~ ' is null and ' ~ landed_text(landed[name]) ~ ' is not null', name]) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- A mark of deletion that can't be read deletes nothing, so somebody must look at it. -#}
    {%- for name in ['_fivetran_deleted', 'is_deleted'] if known and name in known and name not in types and may_be_unreadable(known[name], 'boolean') -%}
        {%- do remarks.append([landed_value(known[name], 'boolean') ~ ' is null and ' ~ landed_text(known[name]) ~ ' is not null', name]) -%}
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
