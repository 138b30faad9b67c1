{# dbt's incremental strategy `changed_keys`: the rows of changed keys give way to those that were made now, also where none were made. A table
   that is made anew gets the columns of today. The config unique_key is the key, changes_from the model with changed_keys. #}
{% macro get_incremental_changed_keys_sql(arguments) -%}
    {%- set target_relation = arguments.target_relation -%}
    {%- set is_whole = run_query('select ' ~ is_made_anew()).columns[0].values()[0] -%}
    {%- set made = 'select * from ' ~ arguments.temp_relation -%}
    {%- if is_whole -%}
    drop table {{ target_relation }};
    {{ create_table_as(False, target_relation, made, 'sql') }}
    {%- else -%}
    {%- set columns = arguments.dest_columns | map(attribute='quoted') | join(', ') -%}
    delete from {{ target_relation }}
    where {{ arguments.unique_key }} in (
        select {{ arguments.unique_key }} from {{ ref(config.get('meta').changes_from) }} where has_changed
    );
    insert into {{ target_relation }} ({{ columns }}) select {{ columns }} from {{ arguments.temp_relation }}
    {%- endif -%}
{%- endmacro %}
