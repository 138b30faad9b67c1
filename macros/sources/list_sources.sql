{# Looks into every schema of sources before the build's threads start. dbt believes that it knows a schema as soon as one
   thread has begun to list it; another one would then find that a table is missing. #}
{% macro list_sources() -%}
    {%- set listed = [] -%}
    {%- for node in (graph.sources.values() if execute else []) if (node.database, node.schema) not in listed -%}
        {%- do listed.append((node.database, node.schema)) -%}
        {%- do adapter.get_relation(node.database, node.schema, '') -%}
    {%- endfor -%}
{%- endmacro %}
