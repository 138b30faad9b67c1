{# Before a table is made: settings of the engine's planner, for this table alone. Nothing on DuckDB. #}
{% macro plan_settings() -%} {{ return(adapter.dispatch('plan_settings', 'revenue_funnel')()) }} {%- endmacro %}

{% macro default__plan_settings() -%} {%- endmacro %}

{#- PostgreSQL expects one row of a CTE after two or three joins, and then reads a table anew for each of thousands, or sorts by one of
    three columns that it joins by: hashes never lose so much. Four megabytes, its default, are too few for them. Compiling expressions
    takes seconds per query, and saves none of them. -#}
{% macro postgres__plan_settings() -%}
    set local enable_nestloop = off; set local enable_mergejoin = off; set local enable_sort = off; set local work_mem = '64MB'; set local jit = off
{%- endmacro %}
