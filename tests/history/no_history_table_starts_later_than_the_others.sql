{{ config(severity='warn') }}
with

first_snapshots as (

    {%- for table in [
        'history_attribute_values',
        'history_forecasts',
        'history_person_ids',
        'history_plans',
        'history_settings',
        'history_stage_counts',
        'history_erasable_touch_changes',
    ] %}
    select
        '{{ table }}' as history_table,
        min(snapshotted_at) as first_snapshotted_at
    from {{ ref(table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

oldest_snapshot as (select min(first_snapshotted_at) as snapshotted_at from first_snapshots)

select
    first_snapshots.history_table,
    first_snapshots.first_snapshotted_at,
    oldest_snapshot.snapshotted_at as oldest_snapshotted_at
from first_snapshots
cross join oldest_snapshot
where
    first_snapshots.first_snapshotted_at > {{ add_days('oldest_snapshot.snapshotted_at', 7) }}
    and first_snapshots.first_snapshotted_at > {{ add_days(cutoff(), -30) }}
    and first_snapshots.first_snapshotted_at <= {{ cutoff() }}
