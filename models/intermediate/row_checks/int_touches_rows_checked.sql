with

{{ union_sources('touches', times=['occurred_at']) }},

keyed as (

    select
        *,
        {{ key_of(['system', 'source_table', 'touch_id']) }} as touch_key,
        {{ key_of(['system', 'record_id']) }} as record_key,
        {{ key_of(['system', 'campaign']) }} as campaign_key
    from checked

),

people as (select record_key from {{ ref('int_people_unioned') }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

channels as (select * from {{ ref('channel_labels') }}),

int_touches_rows_checked as (

    select
        keyed.touch_key,
        keyed.record_key,
        keyed.campaign_key,
        keyed.system,
        keyed.anonymous_id,
        keyed.kind,
        {{ channel_of('keyed') }} as channel,
        keyed.campaign,
        keyed.cost,
        keyed.occurred_at,
        {{ checked_origin(
            "coalesce(" ~ unknown_reference(['people'], 'keyed', optional='record_id')
            ~ ", case when kinds.kind is null then 'unknown_label' end)",
            'keyed'
        ) }}
    from keyed
    left join people on keyed.record_key = people.record_key
    left join kinds on keyed.kind = kinds.kind
    left join channels
        on
            keyed.system = channels.system
            and lower(keyed.channel_label) = channels.label

)

select * from int_touches_rows_checked
