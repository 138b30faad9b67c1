{# Makes what a macro has written outside of a model's own transaction last. #}
{% macro commit_work() -%} {{ return(adapter.dispatch('commit_work', 'revenue_funnel')()) }} {%- endmacro %}

{% macro default__commit_work() -%} {%- do adapter.commit() -%} {%- endmacro %}

{#- PostgreSQL's driver opens a transaction that dbt does not know of. -#}
{% macro postgres__commit_work() -%} {%- do run_query('commit') -%} {%- endmacro %}

{#- Spark has no transactions. -#}
{% macro spark__commit_work() -%} {%- endmacro %}
