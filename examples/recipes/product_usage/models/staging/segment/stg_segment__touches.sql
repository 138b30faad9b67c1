{# Grain: one row per sign-up, and per user and day with use of the product. Each event is a row, too, which is set
   aside if the day counts it: a product has many events, and users differ by their days of use. #}
with

events as (

    select
        *,
        case
            when event = 'signed_up' then 'product_signed_up'
            when event in ('project_created', 'report_viewed', 'teammate_invited') then 'product_used'
        end as kind,
        cast(to_json(landed) as varchar) as row_json
    from {{ source('segment', 'tracks') }} as landed

),

days_of_use as (

    select
        user_id,
        user_id || '|' || cast(cast(timestamp as date) as varchar) as day_id,
        min(timestamp) as first_used_at,
        min(received_at) as received_at,
        min_by(row_json, timestamp) as row_json
    from events
    where kind = 'product_used' and user_id is not null
    group by user_id, cast(timestamp as date)

),

stg_segment__touches as (

    select
        id as touch_id,
        user_id as record_id,
        case when user_id is null then anonymous_id end as anonymous_id,
        coalesce(kind, event) as kind,
        nullif(concat_ws(' / ', context_campaign_medium, context_campaign_source), '')
            as channel_label,
        context_campaign_name as campaign,
        timestamp as occurred_at,
        'tracks' as source_table,
        id as source_key,
        received_at as loaded_at,
        case
            when kind is null then 'not_needed'
            when kind = 'product_used' then 'detail_row'
        end as reason_code,
        row_json
    from events
    union all
    select
        day_id as touch_id,
        user_id as record_id,
        cast(null as varchar) as anonymous_id,
        'product_used' as kind,
        cast(null as varchar) as channel_label,
        cast(null as varchar) as campaign,
        first_used_at as occurred_at,
        -- Its events are counted above.
        'tracks.days_of_use' as source_table,
        day_id as source_key,
        received_at as loaded_at,
        cast(null as varchar) as reason_code,
        row_json
    from days_of_use

)

select * from stg_segment__touches
