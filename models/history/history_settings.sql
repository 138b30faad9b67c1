{# Grain: one row per setting and build that saw it appear, change or vanish. Systems keep no
   history of their settings. #}
{%- set described = {'system': 'text', 'kind': 'text', 'name': 'text', 'value': 'text'} -%}
{%- set compared = {'label': 'text', 'is_active': 'boolean', 'is_offered': 'boolean'} -%}
with

usable_settings as ({{ usable_rows(ref('int_settings_rows_checked')) }}),

source_columns as (

    {{ columns_of_sources() }}

),

settings as (

    -- What systems offer now: usable settings, and the columns of the source tables (kind column;
    -- name is the table, value the column, label its type).
    select
        setting_key,
        system,
        kind,
        name,
        value,
        label,
        is_active
    from usable_settings
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

),

{%- if is_incremental() %}

last_snapshots as (

    {{ last_snapshots(['setting_key'], dict(described, **compared)) }}

),

listed_kinds as (

    -- A system that lists no setting of a kind any more, or has lost a table, lacks data: that is
    -- no change of a setting.
    select distinct
        system,
        kind,
        case when kind = 'column' then name else '' end as table_name
    from settings

),

vanished_settings as (

    select last_snapshots.*
    from last_snapshots
    inner join listed_kinds
        on
            last_snapshots.system = listed_kinds.system
            and last_snapshots.kind = listed_kinds.kind
            and listed_kinds.table_name in ('', last_snapshots.name)
    left join settings on last_snapshots.setting_key = settings.setting_key
    where settings.setting_key is null

),

{%- endif %}

settings_now as (

    select
        setting_key,
        system,
        kind,
        name,
        value,
        label,
        is_active,
        true as is_offered
    from settings
    {%- if is_incremental() %}
    union all
    select
        setting_key,
        system,
        kind,
        name,
        value,
        label,
        is_active,
        false as is_offered
    from vanished_settings
    {%- endif %}

),

history_settings as (

    {{ changes_to_append('settings_now', ['setting_key'], compared) }}

)

select * from history_settings
