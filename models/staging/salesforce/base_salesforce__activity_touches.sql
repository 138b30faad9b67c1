{# Grain: one row per task and event of the calendar. #}
{{ config(enabled=provides('stg_salesforce__touches')) }}
{% call(system) each_instance('salesforce', 'touches') %}

with

tasks as (

    {{ read_source(
        system, 'task',
        {
            'id': 'text', 'who_id': 'text', 'type': 'text', 'task_subtype': 'text',
            'status': 'text', 'is_closed': 'boolean', 'call_disposition': 'text',
            'completed_date_time': 'timestamp', 'activity_date': 'timestamp',
        },
        key=['id'],
        optional=true,
    ) }}

),

events as (

    {{ read_source(
        system, 'event',
        {
            'id': 'text', 'who_id': 'text',
            'start_date_time': 'timestamp', 'activity_date_time': 'timestamp',
            'activity_date': 'timestamp', 'is_child': 'boolean', 'is_recurrence': 'boolean',
        },
        key=['id'],
        optional=true,
    ) }}

),

outcomes as (

    select *
    from {{ seed_by_system(ref('activity_outcomes')) }}
    where system = '{{ system }}' and kind = 'sales_call'

),

called_tasks as (

    select
        tasks.*,
        case
            when tasks.call_disposition is null or outcomes.is_counted then null
            when outcomes.is_counted = false then 'not_needed'
            else 'unknown_label'
        end as outcome_reason
    from tasks
    left join outcomes on lower(tasks.call_disposition) = outcomes.outcome

),

activities as (

    select
        id,
        who_id,
        'sales_call' as kind,
        coalesce(completed_date_time, {{ day_or_moment('activity_date') }}) as occurred_at,
        {{ row_origin("
            case
                when coalesce(task_subtype, '') <> 'Call' and coalesce(type, '') <> 'Call'
                    then 'not_needed'
                when coalesce(status, '') <> 'Completed' and not coalesce(is_closed, false)
                    then 'not_needed'
                else outcome_reason
            end
        ") }}
    from called_tasks
    union all
    select
        id,
        who_id,
        'meeting_held' as kind,
        coalesce(
            start_date_time, activity_date_time, {{ day_or_moment('activity_date') }}
        ) as occurred_at,
        -- Each invited colleague has a copy of the event, and a series a row with its pattern.
        {{ row_origin("
            case when is_child then 'detail_row' when is_recurrence then 'not_needed' end
        ") }}
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
{% endcall %}
