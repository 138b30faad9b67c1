{# Grain: one row per source row of a touch, usable or not: reason_code says why not. #}
with

source_rows as (

    {{ union_sources('touches', times=['occurred_at']) }}

),

keyed_rows as (

    select
        *,
        {{ key_of(['system', 'source_table', 'touch_id']) }} as touch_key,
        {{ key_of(['system', 'record_id']) }} as record_key,
        {{ key_of(['system', 'campaign']) }} as campaign_key
    from source_rows

),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

channels as (

    {{ channels_of_labels('keyed_rows') }}

),

int_touches_rows_checked as (

    select
        keyed_rows.touch_key,
        keyed_rows.record_key,
        keyed_rows.campaign_key,
        keyed_rows.system,
        keyed_rows.anonymous_id,
        keyed_rows.kind,
        {{ channel_of('keyed_rows', 'channels') }} as channel,
        {{ campaign_of('keyed_rows.campaign') }} as campaign,
        keyed_rows.cost,
        keyed_rows.occurred_at,
        {{ checked_origin('keyed_rows') }},
        coalesce(
            keyed_rows.reason_code,
            case
                when people.record_key is null and keyed_rows.record_id is not null
                    then 'unknown_reference'
                when kinds.kind is null then 'unknown_label'
            end
        ) as reason_code
    from keyed_rows
    left join people on keyed_rows.record_key = people.record_key
    left join kinds on keyed_rows.kind = kinds.kind
    left join channels
        on
            keyed_rows.system = channels.system
            and keyed_rows.channel_label = channels.label

)

select * from int_touches_rows_checked
