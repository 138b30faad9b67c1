{# Grain: one row per contact and engagement, and one per call or meeting, which only details
   them. #}
{{ config(enabled=provides('stg_hubspot__touches')) }}

with

links as (

    {{ read_source(
        'hubspot', 'engagement_contact',
        {
            'engagement_id': 'text', 'contact_id': 'text', 'type_id': 'text',
            'category': 'text',
        },
        key=['engagement_id', 'contact_id'],
        optional=true,
    ) }}

),

-- A contact may be associated with an engagement under several labels.
ranked_links as (

    select
        *,
        rank() over (
            partition by engagement_id, contact_id
            order by
                case when deleted_at < {{ utc_time(cutoff()) }} then 1 else 0 end,
                coalesce(category, ''),
                coalesce(type_id, '')
        ) as link_rank
    from links

),

engagements as (

    {{ read_lookup(
        'hubspot', 'engagement', {'id': 'text', 'type': 'text'}, key=['id']
    ) }}

),

details as (select * from {{ ref('base_hubspot__engagement_details') }}),

detail_by_engagement as (

    select
        engagement_id,
        max(kind) as kind,
        max(outcome_reason) as outcome_reason,
        min(occurred_at) as occurred_at,
        min(deleted_at) as deleted_at
    from details
    where reason_code is null
    group by engagement_id

),

linked_engagements as (select distinct engagement_id from links),

engagement_links as (

    select
        links.contact_id,
        detail.kind,
        detail.occurred_at,
        links.source_table,
        links.source_key,
        links.loaded_at,
        coalesce(links.deleted_at, detail.deleted_at) as deleted_at,
        case
            when links.reason_code is not null then links.reason_code
            when links.link_rank > 1 then 'detail_row'
            when upper(engagements.type) not in ('CALL', 'MEETING') then 'not_needed'
            when detail.engagement_id is null then 'unknown_reference'
            when detail.outcome_reason is not null then detail.outcome_reason
            when detail.occurred_at is null then 'missing_value'
        end as reason_code,
        links.reason_detail,
        links.row_json
    from ranked_links as links
    left join engagements
        on links.engagement_id = engagements.id
    left join detail_by_engagement as detail
        on links.engagement_id = detail.engagement_id

),

touches as (

    select
        contact_id,
        kind,
        occurred_at,
        {{ row_origin() }}
    from engagement_links
    union all
    select
        {{ typed_null('text') }} as contact_id,
        details.kind,
        details.occurred_at,
        {{ row_origin(
            "case when linked.engagement_id is null then 'unknown_reference' else 'detail_row' end",
            of='details',
        ) }}
    from details
    left join linked_engagements as linked
        on details.engagement_id = linked.engagement_id

),

base_hubspot__engagement_touches as (

    select
        source_table || '|' || source_key as touch_id,
        contact_id as record_id,
        {{ typed_null('text') }} as anonymous_id,
        kind,
        {{ typed_null('text') }} as channel_label,
        {{ typed_null('text') }} as campaign,
        {{ typed_null('decimal') }} as cost,
        occurred_at,
        {{ row_origin() }}
    from touches

)

select * from base_hubspot__engagement_touches
