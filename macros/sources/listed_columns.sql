{# The names of the columns that a model's yml lists, in lower case; none while dbt parses. #}
{% macro listed_columns(model_name) -%}
    {%- set found = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' and node.name == model_name -%}
        {%- do found.extend(node.columns | map('lower')) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
