{# Grain: one row per touch that an earlier build read and whose row its system has erased since,
   as it was last read. #}
{{ config(materialized='table') }}
with

snapshots as (select * from {{ ref('history_erasable_touch_changes') }} where {{ erases_rows() }}),

-- A row that is unusable today is not erased: its reason counts.
present_rows as (select * from {{ ref('int_touches_rows_checked') }} where {{ erases_rows() }}),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

ranked_snapshots as (

    -- The last snapshot by the cutoff; if all are later, the first one: the row was there before.
    select
        *,
        {{ key_of(['system', 'source_table', 'touch_id']) }} as touch_key,
        {{ key_of(['system', 'record_id']) }} as record_key,
        row_number() over (
            partition by row_key
            order by
                case when snapshotted_at <= {{ cutoff() }} then snapshot_number end desc nulls last,
                snapshot_number
        ) as recency
    from snapshots

),

channels as (

    {{ channels_of_labels('ranked_snapshots') }}

),

int_erased_touches_selected as (

    select
        ranked_snapshots.touch_key,
        ranked_snapshots.record_key,
        ranked_snapshots.system,
        ranked_snapshots.source_table,
        ranked_snapshots.kind,
        {{ channel_of('ranked_snapshots', 'channels') }} as channel,
        {{ campaign_of('ranked_snapshots.campaign') }} as campaign,
        ranked_snapshots.occurred_at
    from ranked_snapshots
    inner join people on ranked_snapshots.record_key = people.record_key
    inner join kinds on ranked_snapshots.kind = kinds.kind
    left join present_rows on {{ same_row_key('ranked_snapshots', 'present_rows') }}
    left join channels
        on
            ranked_snapshots.system = channels.system
            and ranked_snapshots.channel_label = channels.label
    where
        ranked_snapshots.recency = 1
        and ranked_snapshots.is_usable
        and present_rows.source_key is null
        and coalesce(ranked_snapshots.occurred_at < {{ cutoff() }}, true)

)

select * from int_erased_touches_selected
