{# The columns of a checked row that say where it came from. rows: the CTE that has them. #}
{% macro checked_origin(rows) -%}
    {{ rows }}.source_table,
    {{ rows }}.source_key,
    {{ rows }}.copy_number,
    {{ rows }}.loaded_at,
    {{ rows }}.deleted_at,
    {{ rows }}.reason_detail
{%- endmacro %}
