{# Grain: one row per campaign member, task, event and lead (its creation). #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('salesforce', 'touches') %}

with

members as (

    {{ read_source(
        system, 'campaign_member',
        {
            'id': 'text', 'campaign_id': 'text', 'lead_or_contact_id': 'text',
            'contact_id': 'text', 'lead_id': 'text', 'has_responded': 'boolean',
            'first_responded_date': 'timestamp',
        },
        key=['id'],
        optional=true,
    ) }}

),

campaigns as (

    {{ read_lookup(
        system, 'campaign', {'id': 'text', 'name': 'text', 'type': 'text'},
        key=['id'],
    ) }}

),

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

call_outcomes as (

    select *
    from {{ seed_by_system(ref('activity_outcomes')) }}
    where system = '{{ system }}' and kind = 'sales_call'

),

leads as (

    {{ read_source(
        system, 'lead',
        {'id': 'text', 'lead_source': 'text', 'created_date': 'timestamp'},
        key=['id'],
        needs=['created_date'],
    ) }}

),

lead_addresses as (

    {{ read_lookup(
        system, 'lead',
        {'id': 'text', 'email': 'text', 'converted_contact_id': 'text'},
        key=['id'],
    ) }}

),

contact_addresses as (

    {{ read_lookup(system, 'contact', {'id': 'text', 'email': 'text'}, key=['id']) }}

),

responses as (

    select
        members.*,
        coalesce(members.lead_or_contact_id, members.contact_id, members.lead_id)
            as record_id,
        coalesce(campaigns.name, members.campaign_id) as campaign,
        campaigns.type as campaign_type
    from members
    left join campaigns on members.campaign_id = campaigns.id

),

attendees as (

    -- Two leads of one address, or a lead and the contact that it became, are one attendee.
    select
        responses.id,
        min(responses.campaign_id) as campaign_id,
        min(lower(coalesce(
            contacts.email, lead_contacts.email, leads.email, responses.record_id
        ))) as attendee,
        min(responses.first_responded_date) as responded_at
    from responses
    left join contact_addresses as contacts on responses.record_id = contacts.id
    left join lead_addresses as leads on responses.record_id = leads.id
    left join contact_addresses as lead_contacts on leads.converted_contact_id = lead_contacts.id
    where
        responses.reason_code is null
        and coalesce(responses.deleted_at >= {{ utc_time(cutoff()) }}, true)
        and responses.has_responded
        and responses.first_responded_date is not null
    group by responses.id

),

attendances as (

    select
        id,
        row_number() over (
            partition by campaign_id, attendee order by responded_at, id
        ) as attendance_number
    from attendees

),

called_tasks as (

    select
        tasks.*,
        case
            when tasks.call_disposition is null or call_outcomes.is_counted then null
            when call_outcomes.is_counted = false then 'not_needed'
            else 'unknown_label'
        end as outcome_reason
    from tasks
    left join call_outcomes
        on lower(tasks.call_disposition) = call_outcomes.outcome

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

stg_salesforce__touches as (

    select
        responses.id as touch_id,
        responses.record_id,
        {{ typed_null('text') }} as anonymous_id,
        'event_attended' as kind,
        responses.campaign_type as channel_label,
        responses.campaign,
        {{ typed_null('decimal') }} as cost,
        {{ day_or_moment('responses.first_responded_date') }} as occurred_at,
        {{ row_origin("
            case
                when not coalesce(responses.has_responded, false) then 'not_needed'
                when responses.record_id is null or responses.first_responded_date is null
                    then 'missing_value'
                when attendances.attendance_number > 1 then 'detail_row'
            end
        ", of='responses') }}
    from responses
    left join attendances on responses.id = attendances.id
    union all
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
    union all
    select
        id as touch_id,
        id as record_id,
        {{ typed_null('text') }} as anonymous_id,
        'lead_created' as kind,
        lead_source as channel_label,
        {{ typed_null('text') }} as campaign,
        {{ typed_null('decimal') }} as cost,
        created_date as occurred_at,
        -- The lead itself is counted among the people: this only reads it again.
        'lead.created' as source_table,
        source_key,
        loaded_at,
        deleted_at,
        reason_code,
        reason_detail,
        row_json
    from leads
    where reason_code is null

)

select * from stg_salesforce__touches
{% endcall %}
