{# Grain: one row a system, setting with what became of it, and day: changes of what a system
   offers, on the last day that the build which saw them looked at. #}
with

changes as (select * from {{ ref('int_setting_changes_detected') }}),

int_settings_counted as (

    select
        system,
        case
            when kind = 'column' and change <> 'appeared' then 'schema_changed'
            else 'settings_changed'
        end as signal,
        case when kind = 'column' and change = 'relabelled' then 'retyped' else change end
        || ' in ' || kind || ' ' || name || ', ' || value as subject,
        cast({{ add_days('snapshotted_at', -1) }} as date) as count_date,
        count(*) as bad_count,
        count(*) as all_count
    from changes
    group by system, change, kind, name, value, snapshotted_at

)

select * from int_settings_counted
