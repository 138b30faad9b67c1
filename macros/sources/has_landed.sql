{# Whether a source table is there; false while dbt parses. #}
{% macro has_landed(system, table) -%}
    {%- set relation = source(system, table) -%}
    {{ return(execute and load_relation(relation) is not none) }}
{%- endmacro %}
