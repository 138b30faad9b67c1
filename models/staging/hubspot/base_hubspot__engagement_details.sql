{# Grain: one row per call or meeting. #}
{{ config(enabled=provides('stg_hubspot__touches')) }}

with

calls as (

    {{ read_source(
        'hubspot', 'engagement_call',
        {'engagement_id': 'text', 'property_hs_timestamp': 'timestamp'},
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

-- Where a call counts as soon as it is logged, a meeting counts once it was held.
base_hubspot__engagement_details as (

    select
        engagement_id,
        'sales_call' as kind,
        'COMPLETED' as outcome,
        property_hs_timestamp as occurred_at,
        {{ row_origin() }}
    from calls
    union all
    select
        engagement_id,
        'meeting_held' as kind,
        upper(coalesce(meeting_outcome, property_hs_meeting_outcome)) as outcome,
        coalesce(start_time, property_hs_meeting_start_time) as occurred_at,
        {{ row_origin() }}
    from meetings

)

select * from base_hubspot__engagement_details
