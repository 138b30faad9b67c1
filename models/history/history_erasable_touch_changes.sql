{# Grain: one row per touch and build that first saw it, or saw it changed or taken back, in the
   tables that erase rows (var erasing_tables). An erased row is nowhere else. #}
{%- set columns = shape('touches') -%}
with

source_rows as (

    {{ union_sources('touches', times=['occurred_at'], rows=erases_rows()) }}

),

touch_rows as (

    select
        {{ key_of(['system', 'source_table', 'source_key']) }} as row_key,
        system,
        source_table,
        source_key,
        {{ columns | join(',\n        ') }},
        reason_code is null as is_usable
    from source_rows
    where copy_number = 1

),

history_erasable_touch_changes as (

    {{ changes_to_append(
        'touch_rows', ['row_key'], dict(columns, is_usable='boolean'),
        first_if='touch_rows.is_usable'
    ) }}

)

select * from history_erasable_touch_changes
