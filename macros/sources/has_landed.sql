{# Whether a source table is there; false while dbt parses. #}
{% macro has_landed(system, table) -%}
    {{ return(landed_relation(system, table) is not none) }}
{%- endmacro %}
