{# One row for each table of a system that has landed: how many rows it holds. What is absent gives no row.
   tables: {entity: [the tables whose rows its staging model carries]}; an entity that the system is not asked for is not counted. #}
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
    from {{ source(system, table) }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as {{ dbt.type_string() }}) as source_table,
        cast(null as bigint) as row_count
    where false
    {%- endfor %}
{%- endmacro %}
