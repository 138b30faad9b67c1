{# A query: the rows of one source table, typed, with the columns
   source_table, source_key, loaded_at, deleted_at, reason_code (why it cannot be used), reason_detail (the column at fault), row_json.

   columns: {source column: text | bigint | decimal | boolean | timestamp | date}; a column that is not there is a typed null.
   key: the columns that identify a row (no_key if one is empty); needs: other required columns (missing_value).
   Both must be there; an unreadable value in one of them is an unreadable_value. An unreadable value in any other column is null:
   the row is used, and reason_detail names the first such column.
   readable: columns that may be empty, but not unreadable (unreadable_value). secondary: columns with times of less weight: one that
   can't be (possible_time) is null, as if it were unreadable.
   apart: further columns that distinguish rows of one key, if they are there. optional: the table may be missing.
   history: rows with _fivetran_active = false are used, too. Ids of Salesforce have 18 characters, whatever has landed. #}
{% macro read_source(system, table, columns, key, needs=[], apart=[], optional=false, history=false, readable=[], secondary=[]) -%}
    {%- set connector = ['_fivetran_deleted', 'is_deleted', '_fivetran_active', '_fivetran_synced'] -%}
    {%- set landed = landed_columns(system, table, columns | list + connector, key + needs, optional) -%}
    {%- set exists = landed is not none -%}
    {%- set full_name = 'the table ' ~ table ~ ' of ' ~ system -%}
    {#- Columns of which a value may have landed that can't be read as the wanted type, or that can't be true. -#}
    {%- set checked = [] -%}
    {%- for name, type in columns.items() if exists and name in landed -%}
        {%- if name in secondary or may_be_unreadable(landed[name], type) -%}{%- do checked.append(name) -%}{%- endif -%}
    {%- endfor -%}
    {%- set values = {} -%}
    {%- for name, type in columns.items() -%}
        {%- set is_salesforce_id = connector_of(system) == 'salesforce' and type == 'text' and (name == 'id' or name.endswith('_id')) -%}
        {%- set typed = 'typed.' ~ name | lower -%}
        {%- do values.update({name: salesforce_id(typed) if is_salesforce_id else typed}) -%}
    {%- endfor %}
    select
        {%- for name, value in values.items() %}
        {{ value }} as {{ name | lower }},
        {%- endfor %}
        '{{ table }}' as source_table,
        {%- set parts = [] %}
        {%- for name in key + apart %}{% do parts.append("coalesce(cast(" ~ values[name] ~ " as " ~ dbt.type_string() ~ "), '')") %}{% endfor %}
        {{ parts | join(" || '|' || ") }} as source_key,
        typed.row_loaded_at as loaded_at,
        case
            when typed.row_is_deleted then coalesce(typed.row_loaded_at, cast('1970-01-01' as timestamp))
        end as deleted_at,
        {{ landed_reason(checked, key, needs, readable, landed, columns, history) }},
        typed.row_json
    from (
        -- Each column is read once.
        select
            {%- for name, type in columns.items() %}
            {%- set value = landed_value(landed[name], type, full_name) if exists and name in landed else typed_null(type) %}
            {{ possible_time(value) if name in secondary else value }} as {{ name | lower }},
            {%- endfor %}
            {%- for name in checked %}
            {{ landed_text(landed[name]) }} is not null as {{ name | lower }}_is_filled,
            {%- endfor %}
            {%- for name in ['_fivetran_deleted', 'is_deleted'] if exists and name in landed and name not in columns and may_be_unreadable(landed[name], 'boolean') %}
            {{ landed_value(landed[name], 'boolean') }} is null and {{ landed_text(landed[name]) }} is not null as {{ name }}_is_unreadable,
            {%- endfor %}
            {{ flag_value(landed, '_fivetran_synced', 'timestamp', full_name) }} as row_loaded_at,
            coalesce({{ flag_value(landed, '_fivetran_deleted', 'boolean', full_name) }}, false)
            or coalesce({{ flag_value(landed, 'is_deleted', 'boolean', full_name) }}, false) as row_is_deleted,
            coalesce({{ flag_value(landed, '_fivetran_active', 'boolean', full_name) }}, true) as row_is_active,
            {{ row_as_json('landed') if exists else typed_null('text') }} as row_json
        from
        {%- if exists %} {{ instance_source(system, table) }} as landed
        {%- else %} (select 1 as nothing) as landed
        where false
        {%- endif %}
    ) as typed
{%- endmacro %}
