{# Looks into every schema of sources before the build's threads start. dbt believes that it knows a schema as soon as one
   thread has begun to list it; another one would then find that a table is missing. #}
{% macro list_sources() -%}
    {%- set listed = [] -%}
    {%- for source in instance_sources() if (source.relation.database, source.relation.schema) not in listed -%}
        {%- do listed.append((source.relation.database, source.relation.schema)) -%}
        {%- do adapter.get_relation(source.relation.database, source.relation.schema, '') -%}
    {%- endfor -%}
{%- endmacro %}
