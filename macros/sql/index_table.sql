{# After a published table was made: indexes on what BI tools filter and join by. Nothing on DuckDB, which needs none. #}
{% macro index_table() -%} {{ return(adapter.dispatch('index_table', 'revenue_funnel')()) }} {%- endmacro %}

{% macro default__index_table() -%} {%- endmacro %}

{#- Keys, and the first day of a period: one index for each. -#}
{% macro postgres__index_table() -%}
    {%- for name in model.columns if model.config.materialized != 'view' and (name.endswith('_key') or name.endswith('_start') or name in ('calendar_date', 'plan_week', 'entered_month')) %}
    create index on {{ this }} ({{ name }});
    {%- endfor -%}
{%- endmacro %}
