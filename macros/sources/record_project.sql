{# Keeps operations.relations (where each table is) and operations.settings (the vars that reports need), so that the tools find what a
   project built under schemas and vars of its own. Called at the start of a run. #}
{% macro record_project() -%}
    {%- if not execute or flags.WHICH not in ('build', 'run', 'seed') -%}
        {{ return('') }}
    {%- endif -%}
    {%- set relations = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed') and node.config.schema -%}
        {%- do relations.append([node.alias or node.name, node.config.schema, node.schema]) -%}
    {%- endfor -%}
    {%- set settings = [] -%}
    {%- for name in ['reporting_currency', 'least_published_records', 'worklist_aged_out_days', 'worklist_recent_days', 'worklist_renewal_days', 'time_zone'] -%}
        {%- do settings.append([name, var(name) | string]) -%}
    {%- endfor -%}
    {{ refill_operations('relations', ['relation_name', 'layer', 'schema_name'], relations) }}
    {{ refill_operations('settings', ['name', 'value'], settings) }}
    {%- do commit_work() -%}
{%- endmacro %}
