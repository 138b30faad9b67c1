{# Before a model that keeps rows is made: an entry in operations.increments, which says whether it keeps the rows of unchanged keys, or
   is made anew, and why. It is made anew if it, or a model before it that keeps rows, has other SQL than in the last build (another
   version of the project, of a setting, or of DuckDB), if a column that it reads has another type, if it has not seen the changes of
   every build, if this run does not look for changes, or if it leaves out a model before it that keeps rows.
   changes: the relation of changed_keys. #}
{% macro plan_increment(changes) -%}
    {%- if execute and target.type == 'duckdb' -%}
    {%- set log = increments_table() -%}
    {%- set is_new = should_full_refresh() or load_relation(this) is none -%}
    {%- set parents, inputs = [], [] -%}
    {%- for id in model.depends_on.nodes if id in graph.nodes -%}
        {%- do inputs.append("'" ~ graph.nodes[id].schema ~ '.' ~ graph.nodes[id].alias ~ "'") -%}
        {%- if graph.nodes[id].config.get('incremental_strategy') == 'changed_keys' -%}
            {%- do parents.append("'" ~ graph.nodes[id].alias ~ "'") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set parent_names = (parents or ["''"]) | join(', ') -%}
    insert into {{ log }}
    with

    last_entries as (

        select
            table_name,
            max(entry_number) as entry_number,
            max_by(code, entry_number) as code,
            max_by(build_id, entry_number) as build_id
        from {{ log }}
        group by table_name

    ),

    present as (

        select
            '{{ this.identifier }}' as table_name,
            md5(
                version() || '{{ local_md5(model.compiled_code) }}'
                || coalesce((
                    select string_agg(code, '' order by table_name) from last_entries
                    where table_name in ({{ parent_names }})
                ), '')
                || coalesce((
                    select string_agg(table_name || column_name || data_type, ',' order by table_name, column_index)
                    from duckdb_columns()
                    where
                        database_name = current_database()
                        and schema_name || '.' || table_name in ({{ inputs | join(', ') }})
                ), '')
            ) as code,
            -- Only what this run has found counts.
            case
                when not exists (
                    select 1 from last_entries
                    where table_name in ({{ parent_names }}) and build_id is distinct from '{{ invocation_id }}'
                )
                    then max(case when build_id = '{{ invocation_id }}' then build_id end)
            end as build_id,
            max(previous_build_id) as previous_build_id,
            count(fingerprint) as key_count,
            count(case when has_changed then 1 end) as changed_count
        from {{ changes }}

    ),

    reasons as (

        select
            present.*,
            coalesce(last_entries.entry_number, 0) + 1 as entry_number,
            case
                when {{ is_new | lower }} or last_entries.code is null then 'there were none, or a full refresh was asked for'
                when last_entries.code != present.code
                    then 'the SQL, a setting in it, a type of a column, or the version of DuckDB has changed'
                when present.build_id is null then 'this run did not look for what has changed, or left out a table before them'
                when coalesce(last_entries.build_id != present.previous_build_id, true)
                    then 'the build before this one did not reach them'
            end as reason
        from present
        left join last_entries on present.table_name = last_entries.table_name

    )

    select
        table_name,
        entry_number,
        code,
        build_id,
        reason is not null as is_whole,
        reason,
        key_count,
        changed_count,
        '{{ invocation_id }}' as invocation_id
    from reasons;

    set variable {{ this.identifier }}_is_made_anew = (
        select max_by(is_whole, entry_number) from {{ log }} where table_name = '{{ this.identifier }}'
    )
    {%- endif -%}
{%- endmacro %}
