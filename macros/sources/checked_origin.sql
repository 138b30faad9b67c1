{# The columns that every checked row ends with: where it came from, and why it cannot be used, if so.
   rows: the CTE that has them. reason: the reason code as an expression; that of the CTE unless given. #}
{% macro checked_origin(rows, reason=none) -%}
    {{ rows }}.source_table,
    {{ rows }}.source_key,
    {{ rows }}.copy_number,
    {{ rows }}.loaded_at,
    {{ rows }}.deleted_at,
    {{ reason or rows ~ '.reason_code' }} as reason_code,
    {{ rows }}.reason_detail
{%- endmacro %}
