{# Grain: one row per setting. What systems offer now: usable settings, and the columns of the
   source tables (kind column; name is the table, value the column, label its type). #}
{{ config(materialized='table') }}
with

settings as (select * from {{ ref('int_settings_rows_checked') }} where reason_code is null),

source_columns as (

    {{ columns_of_sources() }}

),

int_settings_unioned as (

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
        {{ key_of(['system', "'column'", 'table_name', 'column_name']) }} as setting_key,
        system,
        'column' as kind,
        table_name as name,
        column_name as value,
        data_type as label,
        true as is_active
    from source_columns

)

select * from int_settings_unioned
