{# Changes rows of a table that no model makes. values: {column: expression}; condition: which rows. #}
{% macro change_rows(table, values, condition) -%} {{ return(adapter.dispatch('change_rows', 'revenue_funnel')(table, values, condition)) }} {%- endmacro %}

{% macro default__change_rows(table, values, condition) -%}
    {%- set changes = [] -%}
    {%- for column, value in values.items() -%} {%- do changes.append(column ~ ' = ' ~ value) -%} {%- endfor -%}
    {%- call statement('change_rows') -%} update {{ table }} set {{ changes | join(', ') }} where {{ condition }} {%- endcall -%}
{%- endmacro %}

{#- Spark changes no rows of a table of Parquet: it is written anew. -#}
{% macro spark__change_rows(table, values, condition) -%}
    {%- set cells = [] -%}
    {%- for column in adapter.get_columns_in_relation(table) -%}
        {%- set value = 'cast(' ~ values[column.name] ~ ' as ' ~ column.dtype ~ ')' -%}
        {%- do cells.append(
            'case when ' ~ condition ~ ' then ' ~ value ~ ' else ' ~ column.name ~ ' end as ' ~ column.name
            if column.name in values else column.name
        ) -%}
    {%- endfor -%}
    {%- set new = spark__of_this_build(table) -%}
    {%- do run_query('create table ' ~ new ~ ' as select ' ~ cells | join(', ') ~ ' from ' ~ table) -%}
    {%- do run_query('drop table ' ~ table) -%}
    {%- do run_query('alter table ' ~ new ~ ' rename to ' ~ table) -%}
{%- endmacro %}
