{# Grain: one row a touch of a known person. Narrow on purpose: this is the longest table. #}
with

touches as (select * from {{ ref('int_touches_unioned') }} where reason_code is null),

records as (select * from {{ ref('int_records_resolved') }}),

int_touches_resolved as (

    select
        touches.touch_key,
        records.person_key,
        touches.kind,
        touches.channel,
        touches.system,
        touches.occurred_at
    from touches
    inner join records on touches.record_key = records.record_key

)

select * from int_touches_resolved
