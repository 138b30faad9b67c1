{# The columns that every staging model ends with: where the row came from, and why it cannot be used, if so.
   otherwise: a reason of the model's own, for rows in which read_source found no fault. of: the CTE that has the columns. #}
{% macro row_origin(otherwise=none, of=none) -%}
    {%- set prefix = of ~ '.' if of else '' -%}
    {{ prefix }}source_table,
    {{ prefix }}source_key,
    {{ prefix }}loaded_at,
    {{ prefix }}deleted_at,
    {% if otherwise %}coalesce({{ prefix }}reason_code, {{ otherwise }}) as reason_code{% else %}{{ prefix }}reason_code{% endif %},
    {{ prefix }}reason_detail,
    {{ prefix }}row_json
{%- endmacro %}
