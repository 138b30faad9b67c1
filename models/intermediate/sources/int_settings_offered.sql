{# Grain: one row a setting that a system offers now, and a column of its landed tables (name: the
   table, value: the column, label: its type). #}
{{ config(materialized='table') }}
with

settings as (select * from {{ ref('int_settings_unioned') }}),

landed as (

    select
        '' as system,
        '' as name,
        '' as value,
        '' as label
    {%- for source in landed_sources() %}
    {%- for column in source.columns %}
    union all
    select
        '{{ source.system }}',
        '{{ source.table }}',
        '{{ dbt.escape_single_quotes(column.name | lower) }}',
        '{{ column.data_type | lower }}'
    {%- endfor %}
    {%- endfor %}

),

int_settings_offered as (

    select
        setting_key,
        system,
        kind,
        name,
        value,
        label,
        is_active
    from settings
    union all
    select
        {{ key_of(['system', "'column'", 'name', 'value']) }} as setting_key,
        system,
        'column' as kind,
        name,
        value,
        label,
        true as is_active
    from landed
    where system <> ''

)

select * from int_settings_offered
