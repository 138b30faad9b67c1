{# A query: one row per table of a system that is there, with its number of rows.
   tables: {entity: [the tables whose rows its staging model holds]}; entities that the var systems does not list are left out. #}
{% macro count_rows(system, tables) -%}
    {%- set landed = [] -%}
    {%- for entity, carried in tables.items() -%}
        {%- for table in carried if has_landed(system, table) and entity in var('systems')[system] -%}
            {%- do landed.append(table) -%}
        {%- endfor -%}
    {%- endfor %}
    {%- for table in landed %}
    select
        '{{ table }}' as source_table,
        count(*) as row_count
    from {{ instance_source(system, table) }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as {{ dbt.type_string() }}) as source_table,
        cast(null as bigint) as row_count
    where false
    {%- endfor %}
{%- endmacro %}
