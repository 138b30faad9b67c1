{# A typed null, for a column that is not there. #}
{% macro typed_null(type) -%}
    cast(null as {{ {'text': dbt.type_string(), 'decimal': 'decimal(18, 4)'}.get(type, type) }})
{%- endmacro %}
