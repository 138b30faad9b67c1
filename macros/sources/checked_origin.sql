{# The columns that every unioned row ends with: where it came from, and why, if so, it can't be used. #}
{% macro checked_origin(reason='reason_code', table='checked') -%}
    {{ table }}.source_table,
    {{ table }}.source_key,
    {{ table }}.copy_number,
    {{ table }}.loaded_at,
    {{ table }}.deleted_at,
    {{ reason if reason != 'reason_code' else table ~ '.reason_code' }} as reason_code,
    {{ table }}.reason_detail
{%- endmacro %}
