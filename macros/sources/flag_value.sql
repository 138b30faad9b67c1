{# One of the connector's own columns, or a typed null if the table does not have it. #}
{% macro flag_value(landed, name, type, table) -%}
    {{ landed_value(landed[name], type, table) if landed and name in landed else typed_null(type) }}
{%- endmacro %}
