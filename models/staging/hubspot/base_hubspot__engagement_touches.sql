{# Grain: one row per contact and engagement, and one per call or meeting, which only details
   them. #}
{{ config(enabled=provides('stg_hubspot__touches')) }}
{% call(system) each_instance('hubspot', 'touches') %}

with

links as (

    {{ read_source(
        system, 'engagement_contact',
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

    {{ read_lookup(system, 'engagement', {'id': 'text', 'type': 'text'}, key=['id']) }}

),

calls as (

    {{ read_source(
        system, 'engagement_call',
        {
            'engagement_id': 'text', 'property_hs_timestamp': 'timestamp',
            'disposition': 'text', 'property_hs_call_disposition': 'text',
            'status': 'text', 'property_hs_call_status': 'text',
        },
        key=['engagement_id'],
        optional=true,
    ) }}

),

meetings as (

    {{ read_source(
        system, 'engagement_meeting',
        {
            'engagement_id': 'text',
            'meeting_outcome': 'text', 'property_hs_meeting_outcome': 'text',
            'start_time': 'timestamp', 'property_hs_meeting_start_time': 'timestamp',
        },
        key=['engagement_id'],
        optional=true,
    ) }}

),

outcomes as (

    select *
    from {{ seed_by_system(ref('activity_outcomes')) }}
    where system = '{{ system }}'

),

activities as (

    -- The result that people choose comes before the status of the line.
    select
        engagement_id,
        'sales_call' as kind,
        lower(coalesce(
            property_hs_call_disposition, disposition, property_hs_call_status, status
        )) as outcome,
        property_hs_timestamp as occurred_at,
        {{ row_origin() }}
    from calls
    union all
    select
        engagement_id,
        'meeting_held' as kind,
        lower(coalesce(meeting_outcome, property_hs_meeting_outcome)) as outcome,
        coalesce(start_time, property_hs_meeting_start_time) as occurred_at,
        {{ row_origin() }}
    from meetings

),

details as (

    -- outcome_reason is null if it took place, or if nobody recorded an outcome.
    select
        activities.engagement_id,
        activities.kind,
        case
            when activities.outcome is null or outcomes.is_counted then null
            when outcomes.is_counted = false then 'not_needed'
            else 'unknown_label'
        end as outcome_reason,
        activities.occurred_at,
        {{ row_origin(of='activities') }}
    from activities
    left join outcomes
        on activities.kind = outcomes.kind and activities.outcome = outcomes.outcome

),

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
        coalesce(
            least(links.deleted_at, detail.deleted_at), links.deleted_at, detail.deleted_at
        ) as deleted_at,
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
    left join engagements on links.engagement_id = engagements.id
    left join detail_by_engagement as detail on links.engagement_id = detail.engagement_id

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
{% endcall %}
