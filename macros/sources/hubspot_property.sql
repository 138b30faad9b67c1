{# The name that a property's history has for a column of the record, also where the var source_columns renames the column. #}
{% macro hubspot_property(system, table, column) -%}
    {%- set renamed = renamed_columns(system, table).get(column, column) | lower -%}
    {{ text_literal(renamed.removeprefix('property_'), 'A column in the var source_columns') }}
{%- endmacro %}
