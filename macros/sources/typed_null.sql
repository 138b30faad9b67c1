{# A typed null, for what has not landed. #}
{% macro typed_null(type) -%}
    cast(null as {{ {'text': dbt.type_string(), 'decimal': 'decimal(18, 4)'}.get(type, type) }})
{%- endmacro %}
