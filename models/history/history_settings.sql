{# Grain: one row a setting and build at which it was offered in another way than before, or not any
   more. Rows are only ever added: systems keep no history of their settings. #}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
) }}

with

settings as (select * from {{ ref('int_settings_offered') }}),

numbered as (

    {% if is_incremental() -%}
    select
        *,
        row_number() over (
            partition by setting_key order by noted_at desc, note_number desc
        ) as recency
    from {{ this }}
    {%- else -%}
    select
        setting_key,
        system,
        kind,
        name,
        value,
        label,
        is_active,
        true as is_offered,
        0 as note_number,
        {{ cutoff() }} as noted_at,
        1 as recency
    from settings
    where false
    {%- endif %}

),

last_notes as (select * from numbered where recency = 1),

-- Where a system tells nothing of a kind of setting, nothing is known of it: that is no change. A
-- table that is gone is missing data, not so many columns that vanished.
told as (

    select distinct
        system,
        kind,
        case when kind = 'column' then name else '' end as table_name
    from settings

),

shown as (

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
    union all
    select
        last_notes.setting_key,
        last_notes.system,
        last_notes.kind,
        last_notes.name,
        last_notes.value,
        last_notes.label,
        last_notes.is_active,
        false as is_offered
    from last_notes
    inner join told
        on
            last_notes.system = told.system
            and last_notes.kind = told.kind
            and told.table_name in ('', last_notes.name)
    left join settings on last_notes.setting_key = settings.setting_key
    where settings.setting_key is null

),

-- A build that looks back sees what is offered today, not what was offered then.
latest as (select coalesce(max(noted_at) <= {{ cutoff() }}, true) as is_now from numbered),

history_settings as (

    select
        shown.setting_key,
        shown.system,
        shown.kind,
        shown.name,
        shown.value,
        shown.label,
        shown.is_active,
        shown.is_offered,
        -- Tells notes of one cutoff apart: the later build saw the moment better.
        cast(coalesce(last_notes.note_number, 0) + 1 as bigint) as note_number,
        {{ cutoff() }} as noted_at
    from shown
    cross join latest
    left join last_notes on shown.setting_key = last_notes.setting_key
    where
        latest.is_now
        and (
            last_notes.setting_key is null
            or shown.label is distinct from last_notes.label
            or shown.is_active <> last_notes.is_active
            or shown.is_offered <> last_notes.is_offered
        )

)

select * from history_settings
