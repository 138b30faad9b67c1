{# The columns whose meta says that they count qualified, passed or bypassed journeys: for each its
   table, name, what its rows are joined on, and which rows of the table and of the fact count.
   relations: the tables by name. A column of any other table is in the list without a relation. #}
{% macro counts_of_stages(relations) %}
    {%- set held = {
        'qualified': 'is_qualified',
        'passed': 'true',
        'bypassed': "qualification in ('bypass', 'qualified_later')",
    } -%}
    {%- set counts = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' -%}
        {%- for column in node.columns.values() if column.config.meta.get('counts') in held -%}
            {%- set meta = column.config.meta -%}
            {%- set kind = 'node' if meta.get('node')
                else 'stage' if 'stage' in node.columns else 'step' -%}
            {%- set code = "'" ~ meta.node ~ "'" if meta.get('node') else 'mart.' ~ kind -%}
            {%- set entries = [held[meta.counts]] -%}
            {%- do entries.append('qualified_at is not null') if meta.get('is_dated') -%}
            {%- do entries.append('is_recorded') if meta.get('is_recorded') -%}
            {%- do entries.append('has_start') if meta.get('has_start') -%}
            {%- do entries.append('node = ' ~ code) if meta.get('node') -%}
            {%- do counts.append({
                'table': node.name,
                'column': column.name,
                'relation': relations.get(node.name),
                'kind': kind,
                'code': code,
                'rows': meta.get('where', 'true'),
                'entries': entries | join(' and '),
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(counts) }}
{% endmacro %}
