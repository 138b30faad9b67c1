{# Before the first step of a run: the table operations.increments, in which each model that keeps rows of the last build has its last
   entry: the code that made it, the build whose changes it has, and why it was made anew, if so. Only on DuckDB. #}
{% macro prepare_increments() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed') and target.type == 'duckdb' -%}
        {%- set log = increments_table() -%}
        {%- do adapter.create_schema(log) -%}
        {%- do run_query(
            'create table if not exists ' ~ log ~ ' (table_name text, entry_number bigint, code text, build_id text,'
            ~ ' is_whole boolean, reason text, key_count bigint, changed_count bigint, invocation_id text)'
        ) -%}
        {%- if 'touched_count' in adapter.get_columns_in_relation(log) | map(attribute='name') -%}
            {%- do run_query('alter table ' ~ log ~ ' rename column touched_count to changed_count') -%}
        {%- endif -%}
        {%- do run_query(
            'delete from ' ~ log ~ ' as earlier where exists (select 1 from ' ~ log ~ ' as later'
            ~ ' where earlier.table_name = later.table_name and earlier.entry_number < later.entry_number)'
        ) -%}
        {%- do commit_work() -%}
    {%- endif -%}
{%- endmacro %}

{% macro increments_table() -%}
    {{ return(api.Relation.create(database=target.database, schema='operations', identifier='increments')) }}
{%- endmacro %}
