{# Grain: one row a setting and note that tells a change: of a list that was known before. #}
{{ config(materialized='table') }}
with

notes as (

    select * from {{ ref('history_settings') }}
    where noted_at <= {{ cutoff() }}

),

compared as (

    select
        *,
        lag(label) over (partition by setting_key order by noted_at, note_number) as from_label,
        lag(is_active) over (
            partition by setting_key order by noted_at, note_number
        ) as was_active,
        lag(is_offered) over (
            partition by setting_key order by noted_at, note_number
        ) as was_offered,
        min(noted_at) over (partition by system, kind, name) as first_noted_at
    from notes

),

named as (

    select
        *,
        case
            when not is_offered then 'vanished'
            when was_offered is null and noted_at > first_noted_at then 'appeared'
            when was_offered is null then null
            when not was_offered then 'appeared'
            when was_active and not is_active then 'deactivated'
            when is_active and not was_active then 'activated'
            else 'relabelled'
        end as change
    from compared

),

int_settings_changed as (

    select
        setting_key,
        note_number,
        system,
        kind,
        name,
        value,
        change,
        label,
        from_label,
        noted_at
    from named
    where change is not null

)

select * from int_settings_changed
