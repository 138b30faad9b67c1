{# The configuration of a model that keeps the rows of the last build but for those of changed keys, by dbt's incremental
   materialization; a plain table on engines on which no build keeps rows. key: the model's column; changes: the name of the model that
   has the query of changed_keys. #}
{% macro keeps_rows(key, changes) -%}
    {{ return({
        'materialized': 'incremental' if target.type == 'duckdb' else 'table',
        'incremental_strategy': 'changed_keys',
        'on_schema_change': 'append_new_columns',
        'unique_key': key,
        'meta': {'changes_from': changes},
        'pre_hook': "{{ plan_increment(ref('" ~ changes ~ "')) }}",
    }) }}
{%- endmacro %}
