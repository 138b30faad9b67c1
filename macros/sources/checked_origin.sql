{# The columns of a checked row that say where it came from. rows: the CTE that has them.
   detail: an expression of the column at fault, for rows in which no fault was found before. #}
{% macro checked_origin(rows, detail=none) -%}
    {{ rows }}.source_table,
    {{ rows }}.source_key,
    {{ rows }}.copy_number,
    {{ rows }}.loaded_at,
    {{ rows }}.deleted_at,
    {% if detail %}coalesce({{ rows }}.reason_detail, {{ detail }}) as reason_detail{% else %}{{ rows }}.reason_detail{% endif %}
{%- endmacro %}
