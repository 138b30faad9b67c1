{# Grain: one row per touch of a known person. Narrow on purpose: this is the longest table. #}
with

landed_touches as ({{ usable_rows(ref('int_touches_rows_checked')) }}),

erased_touches as (select * from {{ ref('int_erased_touches_selected') }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

touches as (

    select
        touch_key,
        record_key,
        kind,
        channel,
        campaign,
        system,
        occurred_at
    from landed_touches
    union all
    select
        touch_key,
        record_key,
        kind,
        channel,
        campaign,
        system,
        occurred_at
    from erased_touches

),

int_touches_resolved as (

    select
        touches.touch_key,
        records.person_key,
        touches.kind,
        touches.channel,
        touches.campaign,
        touches.system,
        touches.occurred_at
    from touches
    inner join records on touches.record_key = records.record_key

)

select * from int_touches_resolved
