{# Grain: one row per task and event of the calendar. #}
{{ config(enabled=provides('stg_salesforce__touches')) }}

with

tasks as (

    {{ read_source(
        'salesforce', 'task',
        {
            'id': 'text', 'who_id': 'text', 'type': 'text', 'task_subtype': 'text',
            'status': 'text', 'is_closed': 'boolean',
            'completed_date_time': 'timestamp', 'activity_date': 'timestamp',
        },
        key=['id'],
        optional=true,
    ) }}

),

events as (

    {{ read_source(
        'salesforce', 'event',
        {
            'id': 'text', 'who_id': 'text',
            'start_date_time': 'timestamp', 'activity_date_time': 'timestamp',
        },
        key=['id'],
        optional=true,
    ) }}

),

activities as (

    select
        id,
        who_id,
        'sales_call' as kind,
        coalesce(completed_date_time, activity_date) as occurred_at,
        {{ row_origin("
            case
                when coalesce(task_subtype, '') <> 'Call' and coalesce(type, '') <> 'Call'
                    then 'not_needed'
                when coalesce(status, '') <> 'Completed' and not coalesce(is_closed, false)
                    then 'not_needed'
            end
        ") }}
    from tasks
    union all
    select
        id,
        who_id,
        'meeting_held' as kind,
        coalesce(start_date_time, activity_date_time) as occurred_at,
        {{ row_origin() }}
    from events

),

base_salesforce__activity_touches as (

    select
        id as touch_id,
        who_id as record_id,
        {{ typed_null('text') }} as anonymous_id,
        kind,
        {{ typed_null('text') }} as channel_label,
        {{ typed_null('text') }} as campaign,
        {{ typed_null('decimal') }} as cost,
        occurred_at,
        {{ row_origin("
            case when who_id is null or occurred_at is null then 'missing_value' end
        ") }}
    from activities

)

select * from base_salesforce__activity_touches
