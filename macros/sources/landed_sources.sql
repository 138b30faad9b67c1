{# The tables of sources that have landed, each with its columns: [{system, table, columns}], in the order of their names. None while
   dbt parses. #}
{% macro landed_sources() -%}
    {%- set found = [] -%}
    {%- for source in (graph.sources.values() if execute else []) | sort(attribute='unique_id') -%}
        {%- set relation = load_relation(api.Relation.create(database=source.database, schema=source.schema, identifier=source.identifier)) -%}
        {%- if relation is not none -%}
            {%- do found.append({'system': source.source_name, 'table': source.name, 'columns': adapter.get_columns_in_relation(relation)}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
