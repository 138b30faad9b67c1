{# Grain: one row per call or meeting. outcome_reason says why it is no touch, if it did not take
   place. #}
{{ config(enabled=provides('stg_hubspot__touches')) }}

with

calls as (

    {{ read_source(
        'hubspot', 'engagement_call',
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
        'hubspot', 'engagement_meeting',
        {
            'engagement_id': 'text',
            'meeting_outcome': 'text', 'property_hs_meeting_outcome': 'text',
            'start_time': 'timestamp', 'property_hs_meeting_start_time': 'timestamp',
        },
        key=['engagement_id'],
        optional=true,
    ) }}

),

outcomes as (select * from {{ ref('activity_outcomes') }} where system = 'hubspot'),

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

base_hubspot__engagement_details as (

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

)

select * from base_hubspot__engagement_details
