{# The columns that say where a staged row came from and why, if so, it can't be used; every staging model ends with them.
   otherwise: a reason of the model's own, for rows with which read_source found no fault. of: the CTE they come from. #}
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
