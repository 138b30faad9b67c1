{# After a table was made: counts its values, where the planner of an engine would otherwise know nothing of a new table. Nothing on DuckDB. #}
{% macro analyze_table() -%} {{ return(adapter.dispatch('analyze_table', 'revenue_funnel')()) }} {%- endmacro %}

{% macro default__analyze_table() -%} {%- endmacro %}

{#- Without it PostgreSQL joins tables of thousands of rows in nested loops: minutes in the place of seconds. -#}
{% macro postgres__analyze_table() -%} {%- if model.config.materialized != 'view' -%} analyze {{ this }} {%- endif -%} {%- endmacro %}
