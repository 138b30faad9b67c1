{# An expression: a record id or an account's name; null where the var publish_records is off. #}
{% macro published(value) -%}
    {{ value if var('publish_records') else typed_null('text') }}
{%- endmacro %}
