{# Puts rows of texts into a table of the schema operations, in place of those that it has. #}
{% macro refill_operations(name, columns, rows) -%}
    {%- set table = api.Relation.create(database=target.database, schema='operations', identifier=name) -%}
    {%- set text = api.Column.translate_type('string') -%}
    {%- set values = [] -%}
    {%- for row in rows -%}
        {%- set cells = [] -%}
        {%- for cell in row %}{% do cells.append(dbt.string_literal(cell)) %}{% endfor -%}
        {%- do values.append('(' ~ cells | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- do adapter.create_schema(table) -%}
    {%- do run_query('create table if not exists ' ~ table ~ ' (' ~ columns | join(' ' ~ text ~ ', ') ~ ' ' ~ text ~ ')') -%}
    {%- do run_query('delete from ' ~ table) -%}
    {%- do run_query('insert into ' ~ table ~ ' values ' ~ values | join(', ')) -%}
{%- endmacro %}
