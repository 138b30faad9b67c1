{# One of the connector's own columns, or a typed null if the table does not have it. #}
{% macro flag_value(landed, name, type) -%}
    {{ landed_value(landed[name], type) if landed and name in landed else typed_null(type) }}
{%- endmacro %}
