{# The names of a staging model's columns, in lower case: those of its table or view, else those that its yml lists; none if neither
   is known, as while dbt parses. Stops the build with one sentence if a column is missing that each such model must have. #}
{% macro staged_columns(system, entity) -%}
    {%- set name = 'stg_' ~ connector_of(system) ~ '__' ~ entity -%}
    {%- set found = [] -%}
    {%- set model = ref(name) -%}
    {%- set relation = load_relation(model) if execute and model is not string and not model.is_cte else none -%}
    {%- if relation -%}
        {%- do found.extend(adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower')) -%}
    {%- elif execute -%}
        {%- for node in graph.get('nodes', {}).values() if node.resource_type == 'model' and node.name == name -%}
            {%- do found.extend(node.columns | map('lower')) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for column in required_columns(entity) if found and column not in found -%}
        {{ exceptions.raise_compiler_error("The model " ~ name ~ " has no column " ~ column ~ ", which every model of " ~ entity ~ " must have.") }}
    {%- endfor -%}
    {%- for attribute in own_attributes(entity) if found and 'row_json' not in found and own_attribute_columns(attribute, system) -%}
        {{ exceptions.raise_compiler_error("The model " ~ name ~ " has no column row_json, from which the attribute " ~ attribute ~ " is read (var own_attributes).") }}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
