{# Keeps operations.dbt_runs: a row per dbt command that changes tables, or in which a test of the data failed. So a reader of the
   database knows whether what it holds is one whole build of which every test passed. Called at the start, and with the results at the
   end; a row without ended_at is a run that was cut short. A run is whole if it took all seeds, models and data tests of this project. #}
{% macro record_run(results=none) -%}
    {%- if not execute or flags.WHICH not in ('build', 'run', 'seed', 'test') -%}
        {{ return('') }}
    {%- endif -%}
    {%- set runs = api.Relation.create(database=target.get('database'), schema='operations', identifier='dbt_runs') -%}
    {%- set bad = (results or [])
        | selectattr('status', 'in', ['error', 'fail', 'skipped', 'runtime error'])
        | rejectattr('node.resource_type', 'equalto', 'unit_test') | list -%}
    {%- set is_start = results is none and flags.WHICH != 'test' -%}
    {%- if is_start or flags.WHICH == 'test' and bad -%}
        {%- set selected = set(selected_resources) -%}
        {%- set left_out = [] -%}
        {%- for node in graph.nodes.values() if node.package_name == 'revenue_funnel' -%}
            {%- if node.resource_type in ('seed', 'model', 'test') and node.unique_id not in selected -%}
                {%- do left_out.append(node.unique_id) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set columns = {
            'invocation_id': (api.Column.translate_type('string'), dbt.string_literal(invocation_id)),
            'command': (api.Column.translate_type('string'), dbt.string_literal(flags.WHICH)),
            'is_whole': ('boolean', 'false' if left_out else 'true'),
            'cutoff_at': ('timestamp', cutoff()),
            'started_at': ('timestamp', "cast('" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "' as timestamp)"),
            'is_complete': ('boolean', 'false'),
            'step_count': ('bigint', 'null'),
            'bad_step_count': ('bigint', 'null'),
        } -%}
        {%- set definitions = [] -%}
        {%- set values = [] -%}
        {%- for name, (type, value) in columns.items() -%}
            {%- do definitions.append(name ~ ' ' ~ type) -%}
            {%- do values.append(value) -%}
        {%- endfor -%}
        {%- do adapter.create_schema(runs) -%}
        {%- do run_query('create table if not exists ' ~ runs ~ ' (' ~ definitions | join(', ') ~ ')') -%}
        {%- do run_query('insert into ' ~ runs ~ ' values (' ~ values | join(', ') ~ ')') -%}
    {%- endif -%}
    {%- if results is not none and (flags.WHICH != 'test' or bad) -%}
        {%- do change_rows(
            runs,
            {'is_complete': 'true', 'step_count': results | length, 'bad_step_count': bad | length},
            'invocation_id = ' ~ dbt.string_literal(invocation_id),
        ) -%}
    {%- endif -%}
    {%- if is_start or bad or flags.WHICH != 'test' -%}
        {%- do commit_work() -%}
    {%- endif -%}
{%- endmacro %}
