{# Whether a source's table is there; never while dbt only parses. #}
{% macro has_landed(system, table) -%}
    {%- set relation = source(system, table) -%}
    {{ return(execute and load_relation(relation) is not none) }}
{%- endmacro %}
