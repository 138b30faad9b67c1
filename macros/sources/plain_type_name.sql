{# The type of a column, given as a row of information_schema.columns: by DuckDB's names on every engine. #}
{% macro plain_type_name(columns) -%} {{ return(adapter.dispatch('plain_type_name', 'revenue_funnel')(columns)) }} {%- endmacro %}

{% macro default__plain_type_name(columns) -%} lower({{ columns }}.data_type) {%- endmacro %}

{% macro postgres__plain_type_name(columns) -%}
    case
            when {{ columns }}.data_type in ('text', 'character varying', 'character') then 'varchar'
            when {{ columns }}.data_type = 'timestamp without time zone' then 'timestamp'
            when {{ columns }}.data_type = 'double precision' then 'double'
            when {{ columns }}.data_type = 'real' then 'float'
            when {{ columns }}.data_type = 'numeric' then 'decimal(' || {{ columns }}.numeric_precision || ',' || {{ columns }}.numeric_scale || ')'
            else lower({{ columns }}.data_type)
        end
{%- endmacro %}
