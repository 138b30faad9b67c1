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
    {%- set landed = landed_columns(system, table, columns, key + needs, optional) -%}
    {%- set connector = ['_fivetran_deleted', 'is_deleted', '_fivetran_active', '_fivetran_synced'] -%}
    {%- set known = landed_columns(system, table, connector, [], true) -%}
    {%- set exists = landed is not none -%}
    {%- set full_name = 'the table ' ~ table ~ ' of ' ~ system -%}
    {%- set values = {} -%}
    {%- for name, type in columns.items() -%}
        {%- set value = landed_value(landed[name], type, full_name) if exists and name in landed else typed_null(type) -%}
        {%- set value = possible_time(value) if name in secondary else value -%}
        {%- set is_salesforce_id = system == 'salesforce' and type == 'text' and (name == 'id' or name.endswith('_id')) -%}
        {%- do values.update({name: salesforce_id(value) if is_salesforce_id else value}) -%}
    {%- endfor %}
    select
        {%- for name, value in values.items() %}
        {{ value }} as {{ name | lower }},
        {%- endfor %}
        '{{ table }}' as source_table,
        {%- set parts = [] %}
        {%- for name in key + apart %}{% do parts.append("coalesce(cast(" ~ values[name] ~ " as " ~ dbt.type_string() ~ "), '')") %}{% endfor %}
        {{ parts | join(" || '|' || ") }} as source_key,
        {{ flag_value(known, '_fivetran_synced', 'timestamp', full_name) }} as loaded_at,
        case
            when
                coalesce({{ flag_value(known, '_fivetran_deleted', 'boolean', full_name) }}, false)
                or coalesce({{ flag_value(known, 'is_deleted', 'boolean', full_name) }}, false)
                then coalesce({{ flag_value(known, '_fivetran_synced', 'timestamp', full_name) }}, cast('1970-01-01' as timestamp))
        end as deleted_at,
        {{ landed_reason(landed if exists else {}, values, columns, key, needs, known, history, readable, secondary) }},
        {{ row_as_json('landed') if exists else typed_null('text') }} as row_json
    from
    {%- if exists %} {{ source(system, table) }} as landed
    {%- else %} (select 1 as nothing) as landed
    where false
    {%- endif -%}
{%- endmacro %}
