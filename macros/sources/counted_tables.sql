{# The source tables that have landed and whose rows are rows of an entity that their system provides: a list of {system, table, relation}.
   A source's yml says which entity (meta: rows_of), and which other table is read instead if it has landed (replaced_by). None while dbt
   parses. #}
{% macro counted_tables() -%}
    {%- set found = [] -%}
    {%- for source_table in instance_sources() if source_table.meta.rows_of in var('systems').get(source_table.system, []) -%}
        {%- set replacement = source_table.meta.replaced_by -%}
        {%- if source_table.meta.external_location -%}
            {%- do found.append(dict(source_table, relation=source(source_table.system, source_table.table))) -%}
        {%- elif has_landed(source_table.system, source_table.table) and not (replacement and has_landed(source_table.system, replacement)) -%}
            {%- do found.append(source_table) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
