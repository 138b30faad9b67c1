{# Before a table is made: settings of the engine's planner, for this table alone. Nothing on DuckDB. #}
{% macro plan_settings() -%} {{ return(adapter.dispatch('plan_settings', 'revenue_funnel')()) }} {%- endmacro %}

{% macro default__plan_settings() -%} {%- endmacro %}

{#- PostgreSQL expects one row of a CTE after two or three joins, and then reads a table anew for each of thousands: hashes never lose so
    much. Compiling expressions takes seconds per query, and saves none of them. -#}
{% macro postgres__plan_settings() -%} set local enable_nestloop = off; set local jit = off {%- endmacro %}
