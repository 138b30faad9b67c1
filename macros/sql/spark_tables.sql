{# How dbt makes tables, views and seeds on Spark, whose tables of Parquet files cannot be replaced: its adapter drops a table before it
   makes it anew, so readers miss it meanwhile, and writes seeds by bindings that know no apostrophe. #}

{# A published table is a view of one version of its rows. A build writes the next version under a name of its own and then lets the view
   show that one: one change of the catalogue, so readers always find a whole table. The version before stays for the queries that read
   it. Delta and Iceberg replace a table by themselves. Other tables are made under another name, which takes the place of the one before: a
   build that is killed leaves files, and Spark makes no table where files are that the catalogue does not know. #}
{% materialization table, adapter='spark' -%}
    {%- set old_relation = adapter.get_relation(database=none, schema=schema, identifier=model.alias) -%}
    {%- set replaces = config.get('file_format', default='parquet') in ('delta', 'iceberg') -%}
    {%- set has_versions = model.access == 'public' and not replaces -%}
    {%- set target_relation = this.incorporate(type='view' if has_versions else 'table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if has_versions -%}
        {%- do spark__publish_version(target_relation, old_relation) -%}
    {%- else -%}
        {%- set made = target_relation if replaces else spark__of_this_build(target_relation) -%}
        {%- if replaces and old_relation is not none and old_relation.is_view -%} {%- do run_query('drop view if exists ' ~ old_relation) -%} {%- endif -%}
        {%- if not replaces -%} {%- do spark__drop_tables(target_relation, '__' ~ '?' * 32) -%} {%- endif -%}
        {%- call statement('main') -%} {{ create_table_as(False, made, compiled_code) }} {%- endcall -%}
        {%- do spark__check_contract(made) -%}
        {%- if not replaces -%}
            {%- if old_relation is not none -%} {%- do run_query('drop ' ~ old_relation.type ~ ' if exists ' ~ old_relation) -%} {%- endif -%}
            {%- do run_query('alter table ' ~ made ~ ' rename to ' ~ target_relation) -%}
        {%- endif -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{#- The name of a table that this build alone uses. -#}
{% macro spark__of_this_build(relation) -%}
    {{ return(relation.incorporate(path={'identifier': relation.identifier ~ '__' ~ (invocation_id | replace('-', ''))}, type='table')) }}
{%- endmacro %}

{#- What builds that were killed have left beside a table: names of its own and a suffix, in which ? is any character. -#}
{% macro spark__drop_tables(relation, suffix) -%}
    {%- set pattern = '^' ~ relation.identifier ~ suffix | replace('?', '[0-9a-f]') | replace('*', '.*') ~ '$' -%}
    {%- for found in run_query('show tables in ' ~ relation.schema ~ " like '" ~ relation.identifier ~ "__*'") if modules.re.match(pattern, found[1]) -%}
        {%- do run_query('drop table if exists ' ~ relation.schema ~ '.' ~ found[1]) -%}
    {%- endfor -%}
{%- endmacro %}

{#- A table that keeps its rows is in the catalogue before it has some, for the same reason. -#}
{% macro spark__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- if temporary or model.config.materialized != 'incremental' or config.get('file_format', default='parquet') in ('delta', 'iceberg') -%}
        {{ return(dbt.spark__create_table_as(temporary, relation, compiled_code, language)) }}
    {%- endif -%}
    {%- set first_rows = relation.identifier ~ '__first_rows' -%}
    {%- do run_query('create or replace temporary view ' ~ first_rows ~ ' as ' ~ compiled_code) -%}
    {%- set columns = [] -%}
    {%- for found in run_query('describe ' ~ first_rows) -%} {%- do columns.append(found[0] ~ ' ' ~ found[1]) -%} {%- endfor -%}
    {%- do run_query('create table ' ~ relation ~ ' (' ~ columns | join(', ') ~ ') using parquet') -%}
    insert into {{ relation }} select /*+ coalesce(1) */ * from {{ first_rows }}
{%- endmacro %}

{#- The table of a version is in the catalogue before it has rows: what a killed build leaves is dropped by the next. Each has a name of
    its own, since readers remember the files of a table by its name. -#}
{% macro spark__publish_version(view, old_relation) -%}
    {%- set versions = api.Relation.create(schema=schema ~ '_versions') -%}
    {%- set version = api.Relation.create(schema=versions.schema, identifier=view.identifier ~ '__' ~ (invocation_id | replace('-', '')), type='table') -%}
    {%- do run_query('create schema if not exists ' ~ versions.without_identifier()) -%}
    {%- set is_view = old_relation is not none and old_relation.is_view -%}
    {%- set shown = run_query('show create table ' ~ view).columns[0].values()[0] if is_view else '' -%}
    {%- for found in run_query('show tables in ' ~ versions.without_identifier() ~ " like '" ~ view.identifier ~ "__*'") -%}
        {%- if found[1] not in shown -%} {%- do run_query('drop table if exists ' ~ versions.schema ~ '.' ~ found[1]) -%} {%- endif -%}
    {%- endfor -%}
    {%- set columns, descriptions, cells = [], [], [] -%}
    {%- for name, column in model.columns.items() -%}
        {%- do columns.append(name ~ ' ' ~ spark__type_name(column.data_type)) -%}
        {%- do descriptions.append(name ~ " comment '" ~ spark__escaped(column.description) ~ "'") -%}
    {%- endfor -%}
    {%- do run_query('create table ' ~ version ~ ' (' ~ columns | join(', ') ~ ') using parquet') -%}
    {%- call statement('main') -%} insert into {{ version }} {{ get_select_subquery(compiled_code) }} {%- endcall -%}
    {#- Builds of before had tables there. -#}
    {%- if old_relation is not none and not is_view -%} {%- do run_query('drop table if exists ' ~ old_relation) -%} {%- endif -%}
    {%- do run_query(
        'create or replace view ' ~ view ~ ' (' ~ descriptions | join(', ') ~ ") comment '" ~ spark__escaped(model.description)
        ~ "' as select * from " ~ version
    ) -%}
{%- endmacro %}

{% macro spark__escaped(text) -%} {{ return(text | replace('\\', '\\\\') | replace("'", "\\'")) }} {%- endmacro %}

{#- New rows of a table that keeps its own (the schema history) come as one file: a build that is killed adds all of them or none. dbt has one
    macro of this name for Spark (new rows, table) and one for the other engines (table, new rows, columns), which is repeated here. -#}
{% macro get_insert_into_sql(source_relation, target_relation, dest_columns=none) -%}
    {%- if target.type != 'spark' -%}
        {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
        insert into {{ source_relation }} ({{ names }}) (select {{ names }} from {{ target_relation }})
    {%- else -%}
    {%- set columns = adapter.get_columns_in_relation(target_relation) | map(attribute='quoted') | join(', ') -%}
    insert into {{ target_relation }} ({{ columns }}) select /*+ coalesce(1) */ {{ columns }} from {{ source_relation }}
    {%- endif -%}
{%- endmacro %}

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
