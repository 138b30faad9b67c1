{# Two columns of a source row: reason_code (why it cannot be used, null if it can) and reason_detail (the column at fault). #}
{% macro landed_reason(landed, values, types, key, needs, known) -%}
    {%- set checks = [] -%}
    {%- for name in key + needs if name in landed and types[name] != 'text' -%}
        {%- do checks.append([values[name] ~ ' is null and ' ~ landed_value(landed[name], 'text') ~ ' is not null', 'unreadable_value', name]) -%}
    {%- endfor -%}
    {%- for name in key -%}
        {%- do checks.append([values[name] ~ ' is null', 'no_key', name]) -%}
    {%- endfor -%}
    {%- if known and known.get('_fivetran_active') -%}
        {%- do checks.append(['not coalesce(' ~ landed_value(known['_fivetran_active'], 'boolean') ~ ', true)', 'superseded', '_fivetran_active']) -%}
    {%- endif -%}
    {%- for name in needs -%}
        {%- do checks.append([values[name] ~ ' is null', 'missing_value', name]) -%}
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
            {%- for name, type in types.items() if name in landed and name not in key + needs and may_be_unreadable(landed[name], type) %}
            when {{ values[name] }} is null and {{ landed_value(landed[name], 'text') }} is not null then '{{ name }}'
            {%- endfor %}
            else {{ typed_null('text') }}
        end as reason_detail
{%- endmacro %}
