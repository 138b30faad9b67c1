{# The table behind a source, or none if it has not landed. In a unit test, where the source is given rows: the real table, whose
   columns these rows have. #}
{% macro landed_relation(system, table) -%}
    {%- set declared = instance_source(system, table) -%}
    {%- if not execute -%}
        {{ return(none) }}
    {%- elif declared.is_cte -%}
        {{ return(find_relation(
            var('source_databases').get(
                system,
                'sources' if target.type == 'duckdb' and env_var('REVENUE_FUNNEL_SOURCES', 'warehouse/sources.duckdb')
                else target.get('database'),
            ),
            var('source_schemas').get(system, system),
            var('source_tables').get(system ~ '.' ~ table, table),
        )) }}
    {%- endif -%}
    {{ return(find_relation(declared.database, declared.schema, declared.identifier)) }}
{%- endmacro %}
