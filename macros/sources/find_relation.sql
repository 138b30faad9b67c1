{# A table by its name in any case (User is user), with the name as it has landed; none if it is not there. dbt's own search stops the
   build at a name in another case. #}
{% macro find_relation(database, schema, table) -%}
    {{ return(adapter.dispatch('find_relation', 'revenue_funnel')(database, schema, table)) }}
{%- endmacro %}

{% macro default__find_relation(database, schema, table) -%}
    {%- set search %}
        select table_name
        from information_schema.tables
        where
            lower(table_catalog) = lower('{{ database }}')
            and lower(table_schema) = lower('{{ schema }}')
            and lower(table_name) = lower('{{ table }}')
    {% endset -%}
    {%- set names = run_query(search).columns[0].values() -%}
    {{ return(adapter.get_relation(database, schema, names[0]) if names else none) }}
{%- endmacro %}

{#- Spark has no information_schema, and writes names of tables in lower case. -#}
{% macro spark__find_relation(database, schema, table) -%} {{ return(adapter.get_relation(none, schema | lower, table | lower)) }} {%- endmacro %}
