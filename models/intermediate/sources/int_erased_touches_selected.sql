{# Grain: one row a touch that an earlier build saw and whose row its system has erased since. #}
{{ config(materialized='table') }}
with

notes as (select * from {{ ref('history_touches') }} where {{ erases_rows() }}),

-- A row that can't be used any more has not vanished: it says why.
rows_there as (select * from {{ ref('int_touches_rows_checked') }} where {{ erases_rows() }}),

people as (select record_key from {{ ref('int_people_unioned') }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

channels as (select * from {{ ref('channel_labels') }}),

ranked as (

    -- What was last noted by the cutoff; a touch that was first seen later is as old as it says.
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
    from notes

),

int_erased_touches_selected as (

    select
        ranked.touch_key,
        ranked.record_key,
        ranked.system,
        ranked.source_table,
        ranked.kind,
        {{ channel_of('ranked') }} as channel,
        ranked.occurred_at
    from ranked
    inner join people on ranked.record_key = people.record_key
    inner join kinds on ranked.kind = kinds.kind
    left join rows_there on {{ same_row_key('ranked', 'rows_there') }}
    left join channels
        on
            ranked.system = channels.system
            and lower(ranked.channel_label) = channels.label
    where
        ranked.recency = 1
        and ranked.is_usable
        and rows_there.source_key is null
        and coalesce(ranked.occurred_at < {{ cutoff() }}, true)

)

select * from int_erased_touches_selected
