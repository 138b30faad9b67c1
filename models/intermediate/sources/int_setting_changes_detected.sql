{# Grain: one row per setting and snapshot that shows a change: it appeared, vanished, was
   activated, deactivated or relabelled. What a list showed when it was first seen is no change.
   #}
{{ config(materialized='table') }}
with

snapshots as (

    select * from {{ ref('history_settings') }}
    where snapshotted_at <= {{ cutoff() }}

),

snapshot_pairs as (

    select
        *,
        lag(label) over (partition by setting_key order by snapshot_number) as from_label,
        lag(is_active) over (partition by setting_key order by snapshot_number) as was_active,
        lag(is_offered) over (partition by setting_key order by snapshot_number) as was_offered,
        min(snapshotted_at) over (partition by system, kind, name) as list_first_snapshotted_at
    from snapshots

),

classified_pairs as (

    select
        *,
        case
            when not is_offered then 'vanished'
            when was_offered is null and snapshotted_at > list_first_snapshotted_at then 'appeared'
            when was_offered is null then null
            when not was_offered then 'appeared'
            when was_active and not is_active then 'deactivated'
            when is_active and not was_active then 'activated'
            when coalesce(label, '') <> coalesce(from_label, '') then 'relabelled'
        end as change
    from snapshot_pairs

),

int_setting_changes_detected as (

    select
        setting_key,
        snapshot_number,
        system,
        kind,
        name,
        value,
        change,
        label,
        from_label,
        snapshotted_at
    from classified_pairs
    where change is not null

)

select * from int_setting_changes_detected
