{# The configuration of a model that keeps the rows of the last build but for those of touched keys, by dbt's incremental
   materialization; a plain table on engines on which no build keeps rows. key: the model's column; touched: the name of the model that
   has the query of touched_keys. #}
{% macro keeps_rows(key, touched) -%}
    {{ return({
        'materialized': 'incremental' if target.type == 'duckdb' else 'table',
        'incremental_strategy': 'touched',
        'on_schema_change': 'append_new_columns',
        'unique_key': key,
        'meta': {'touched_by': touched},
        'pre_hook': "{{ plan_increment(ref('" ~ touched ~ "')) }}",
    }) }}
{%- endmacro %}
