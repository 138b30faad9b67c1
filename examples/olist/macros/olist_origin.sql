{# The columns that every staging model ends with. #}
{% macro olist_origin(table, key, reason='reason_code') -%}
    '{{ table }}' as source_table,
    {{ key }} as source_key,
    {{ reason }} as reason_code,
    row_json
{%- endmacro %}
