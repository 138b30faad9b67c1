{# Puts rows of texts into a table of the schema operations, in place of those that it has. #}
{% macro refill_operations(name, columns, rows) -%}
    {%- set table = api.Relation.create(database=target.get('database'), schema='operations', identifier=name) -%}
    {%- set text = api.Column.translate_type('string') -%}
    {%- set values = [] -%}
    {%- for row in rows -%}
        {%- set cells = [] -%}
        {%- for cell in row %}{% do cells.append(dbt.string_literal(cell)) %}{% endfor -%}
        {%- do values.append('(' ~ cells | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- do adapter.create_schema(table) -%}
    {%- do run_query('create table if not exists ' ~ table ~ ' (' ~ columns | join(' ' ~ text ~ ', ') ~ ' ' ~ text ~ ')') -%}
    {%- do fill_table(table, 'values ' ~ values | join(', ')) -%}
{%- endmacro %}

{# Puts the rows of a query that reads other tables into a table, in place of those that it has. #}
{% macro fill_table(table, query) -%} {{ return(adapter.dispatch('fill_table', 'revenue_funnel')(table, query)) }} {%- endmacro %}

{% macro default__fill_table(table, query) -%}
    {%- do run_query('delete from ' ~ table) -%}
    {%- do run_query('insert into ' ~ table ~ ' ' ~ query) -%}
{%- endmacro %}

{#- Spark deletes no rows of a table of Parquet. -#}
{% macro spark__fill_table(table, query) -%} {%- do run_query('insert overwrite ' ~ table ~ ' ' ~ query) -%} {%- endmacro %}
