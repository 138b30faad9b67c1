{# How dbt makes tables, views and seeds on Spark: its adapter drops a table before it makes it anew, so a build that is killed in between
   loses it, and writes seeds by bindings that know no apostrophe. #}

{# A table is made under another name and takes the place of the old one when it is whole. #}
{% materialization table, adapter='spark' -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set old_relation = adapter.get_relation(database=none, schema=schema, identifier=model.alias) -%}
    {%- set new_relation = api.Relation.create(schema=schema, identifier=model.alias ~ '__new', type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- do run_query('drop table if exists ' ~ new_relation) -%}
    {%- call statement('main') -%} {{ create_table_as(False, new_relation, compiled_code) }} {%- endcall -%}
    {%- do spark__check_contract(new_relation) -%}
    {%- if old_relation is not none -%} {%- do run_query('drop ' ~ old_relation.type ~ ' if exists ' ~ old_relation) -%} {%- endif -%}
    {%- do run_query('alter table ' ~ new_relation ~ ' rename to ' ~ target_relation) -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{#- Types that have one name for every engine in the contracts, and another one on Spark. -#}
{% macro spark__type_name(type) -%}
    {{ return({'double precision': 'double', 'varchar': 'string', 'text': 'string', 'integer': 'int'}.get(type | lower, type | lower) | replace(' ', '')) }}
{%- endmacro %}

{#- Stops where a relation has other columns than its model's contract. dbt's own check plans the query twice more. -#}
{% macro spark__check_contract(relation) -%}
    {%- if config.get('contract').enforced -%}
        {%- set made = {} -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%} {%- do made.update({column.name | lower: column.dtype}) -%} {%- endfor -%}
        {%- set wanted = {} -%}
        {%- for name, column in model.columns.items() -%} {%- do wanted.update({name | lower: spark__type_name(column.data_type)}) -%} {%- endfor -%}
        {%- if made != wanted -%}
            {%- set faults = [] -%}
            {%- for name in (made.keys() | list + wanted.keys() | list) | unique if made.get(name) != wanted.get(name) -%}
                {%- do faults.append(name ~ ' is ' ~ made.get(name, 'missing') ~ ', and ' ~ wanted.get(name, 'nothing') ~ ' by its contract') -%}
            {%- endfor -%}
            {{ exceptions.raise_compiler_error('The columns of ' ~ model.name ~ ': ' ~ faults | join('; ')) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro spark__get_assert_columns_equivalent(sql) -%} {%- endmacro %}

{#- The columns in the order of the contract. Spark numbers rows in 32 bits, and a difference of decimals has one digit more. -#}
{% macro spark__get_select_subquery(sql) -%}
    {%- set columns = [] -%}
    {%- for name, column in model.columns.items() -%}
        {%- set is_number = column.data_type == 'bigint' or column.data_type.startswith('decimal') -%}
        {%- do columns.append('cast(' ~ name ~ ' as ' ~ column.data_type ~ ') as ' ~ name if is_number else name) -%}
    {%- endfor -%}
    select {{ columns | join(', ') }} from ({{ sql }}) as model_rows
{%- endmacro %}

{% macro spark__create_view_as(relation, sql) -%}
    create or replace view {{ relation }} as
    {{ get_select_subquery(sql) if config.get('contract').enforced else sql }}
{%- endmacro %}

{#- Values as texts in one list, and each column cast to its type once. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- set type = model.config.get('column_types', {}).get(name, adapter.convert_type(agate_table, loop.index0)) -%}
        {%- do columns.append('cast(' ~ name ~ ' as ' ~ spark__type_name(type) ~ ') as ' ~ name) -%}
    {%- endfor -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set cells = [] -%}
        {%- for value in row -%}
            {%- if value is none -%} {%- do cells.append('null') -%}
            {%- else -%}
                {%- set text = '{:f}'.format(value) if value is number and value is not boolean else value | string -%}
                {%- do cells.append("'" ~ text | replace('\\', '\\\\') | replace("'", "''") ~ "'") -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ cells | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- set sql -%}
        insert into {{ this }}
        select {{ columns | join(', ') }}
        from values {{ rows | join(', ') }} as rows ({{ agate_table.column_names | join(', ') }})
    {%- endset -%}
    {%- if rows -%} {%- do adapter.add_query(sql, abridge_sql_log=true) -%} {%- endif -%}
    {{ return(sql) }}
{%- endmacro %}

{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- set type = model.config.get('column_types', {}).get(name, adapter.convert_type(agate_table, loop.index0)) -%}
        {%- do columns.append(name ~ ' ' ~ spark__type_name(type)) -%}
    {%- endfor -%}
    {%- set sql = 'create table ' ~ this ~ ' (' ~ columns | join(', ') ~ ')' -%}
    {%- call statement('create_csv_table') -%} {{ sql }} {%- endcall -%}
    {{ return(sql) }}
{%- endmacro %}
