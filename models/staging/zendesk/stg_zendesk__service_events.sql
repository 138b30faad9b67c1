{{ config(enabled=provides(model.name)) }}

with

tickets as (

    {{ read_source(
        'zendesk', 'ticket',
        {
            'id': 'text', 'organization_id': 'text', 'requester_id': 'text',
            'status': 'text', 'created_at': 'timestamp', 'updated_at': 'timestamp',
        },
        key=['id'],
        needs=['created_at'],
    ) }}

),

changes as (

    {{ read_source(
        'zendesk', 'ticket_field_history',
        {
            'ticket_id': 'text', 'field_name': 'text', 'value': 'text',
            'updated': 'timestamp',
        },
        key=['ticket_id', 'field_name', 'updated'],
        apart=['value'],
        optional=true,
    ) }}

),

tags as (

    {{ read_source(
        'zendesk', 'ticket_tag', {'ticket_id': 'text', 'tag': 'text'},
        key=['ticket_id', 'tag'],
        optional=true,
    ) }}

),

onboarding_tickets as (

    select distinct ticket_id
    from tags
    where tag = {{ text_var('zendesk_onboarding_tag') }} and reason_code is null

),

known_tickets as (

    select
        id,
        max(organization_id) as organization_id,
        max(requester_id) as requester_id
    from tickets
    group by id

),

named_changes as (

    select
        changes.*,
        known_tickets.organization_id,
        known_tickets.requester_id,
        case
            when field_name = 'satisfaction_score' and value like 'good%'
                then 'satisfaction_good'
            when field_name = 'satisfaction_score' and value like 'bad%'
                then 'satisfaction_bad'
            -- A ticket may be opened again: only the first solving is the onboarding.
            when
                field_name = 'status'
                and onboarding_tickets.ticket_id is not null
                and updated = min(
                    case when field_name = 'status' and value in ('solved', 'closed') then updated end
                ) over (partition by changes.ticket_id)
                and value in ('solved', 'closed')
                then 'onboarding_done'
        end as kind,
        known_tickets.id is not null as is_known
    from changes
    left join known_tickets on changes.ticket_id = known_tickets.id
    left join onboarding_tickets on changes.ticket_id = onboarding_tickets.ticket_id

),

stg_zendesk__service_events as (

    select
        source_key as event_id,
        organization_id as company_record_id,
        requester_id as record_id,
        'ticket_opened' as kind,
        {{ typed_null('decimal') }} as score,
        created_at as occurred_at,
        source_table,
        source_key,
        loaded_at,
        -- Zendesk keeps a deleted ticket for a while, under this status.
        case
            when status = 'deleted' then coalesce(deleted_at, updated_at, loaded_at)
            else deleted_at
        end as deleted_at,
        reason_code,
        reason_detail,
        row_json
    from tickets
    union all
    select
        source_key as event_id,
        organization_id as company_record_id,
        requester_id as record_id,
        kind,
        cast(
            case kind when 'satisfaction_good' then 1 when 'satisfaction_bad' then 0 end
            as decimal(18, 4)
        ) as score,
        updated as occurred_at,
        {{ row_origin("
            case
                when kind is null then 'not_needed'
                when not is_known then 'unknown_reference'
            end
        ") }}
    from named_changes

)

select * from stg_zendesk__service_events
