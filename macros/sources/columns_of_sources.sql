{# A query: one row per column of every source table that has landed: system, table_name, column_name (lower case), data_type. #}
{% macro columns_of_sources() -%} {{ return(adapter.dispatch('columns_of_sources', 'revenue_funnel')()) }} {%- endmacro %}

{% macro default__columns_of_sources() -%}
    {%- set sources = instance_sources() %}
    select
        declared.system,
        declared.table_name,
        lower(landed.column_name) as column_name,
        {{ plain_type_name('landed') }} as data_type
    from (
        {%- for source in sources %}
        select
            '{{ source.system }}' as system,
            '{{ source.table }}' as table_name,
            '{{ source.relation.database }}' as table_catalog,
            '{{ source.relation.schema }}' as table_schema,
            '{{ source.relation.identifier }}' as identifier
        {{ 'union all' if not loop.last }}
        {%- else %}
        select
            {{ typed_null('text') }} as system,
            {{ typed_null('text') }} as table_name,
            {{ typed_null('text') }} as table_catalog,
            {{ typed_null('text') }} as table_schema,
            {{ typed_null('text') }} as identifier
        where false
        {%- endfor %}
    ) as declared
    inner join information_schema.columns as landed
        on
            lower(declared.table_catalog) = lower(landed.table_catalog)
            and lower(declared.table_schema) = lower(landed.table_schema)
            and lower(declared.identifier) = lower(landed.table_name)
{%- endmacro %}

{#- Spark has no information_schema: each table is asked for its columns while this is compiled. -#}
{% macro spark__columns_of_sources() -%}
    {%- set rows = [] -%}
    {%- for source in instance_sources() -%}
        {%- set relation = find_relation(source.relation.database, source.relation.schema, source.relation.identifier) -%}
        {%- for column in (adapter.get_columns_in_relation(relation) if relation else []) -%}
            {%- set type = {'string': 'varchar', 'int': 'integer'}.get(column.dtype, column.dtype) -%}
            {%- do rows.append("('" ~ [source.system, source.table, column.name | lower, type] | join("', '") ~ "')") -%}
        {%- endfor -%}
    {%- endfor -%}
    select
        landed.system,
        landed.table_name,
        landed.column_name,
        landed.data_type
    from values
        {{ rows | join(',\n        ') or "('', '', '', '')" }} as landed (system, table_name, column_name, data_type)
    where landed.system <> ''
{%- endmacro %}
