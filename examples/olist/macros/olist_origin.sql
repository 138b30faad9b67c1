{# The columns that every staged row ends with; Olist's files say nothing of loading or deleting. #}
{% macro olist_origin(table, key, reason='reason_code') -%}
    '{{ table }}' as source_table,
    {{ key }} as source_key,
    cast(null as timestamp) as loaded_at,
    cast(null as timestamp) as deleted_at,
    {{ reason }} as reason_code,
    cast(null as varchar) as reason_detail,
    row_json
{%- endmacro %}
