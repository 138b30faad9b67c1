{# The endings of the columns' names hold: _rate lies between 0 and 1, _count is not negative.
   Shows the rows that break one, with the column. A model's columns are those that its yml
   lists. #}
{% test suffixes_hold(model) %}
{%- set columns = [] -%}
{%- if execute -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.name == model.identifier -%}
        {%- do columns.extend(node.columns.keys()) -%}
    {%- endfor -%}
{%- endif -%}
{%- set conditions = [] -%}
{%- for column in columns -%}
    {%- if column.endswith('_rate') and not column.startswith('has_') -%}
        {%- do conditions.append(column ~ ' not between 0 and 1') -%}
    {%- elif column.endswith('_count') -%}
        {%- do conditions.append(column ~ ' < 0') -%}
    {%- endif -%}
{%- endfor %}
select *
from {{ model }}
where {{ conditions | join(' or ') or '1 = 0' }}
{% endtest %}
