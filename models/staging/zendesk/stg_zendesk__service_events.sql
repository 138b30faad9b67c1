{# Grain: one row per ticket (it was opened), and per change of a ticket's field. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('zendesk', 'service_events') %}

with

tickets as (

    {{ read_source(
        system, 'ticket',
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
        system, 'ticket_field_history',
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
        system, 'ticket_tag', {'ticket_id': 'text', 'tag': 'text'},
        key=['ticket_id', 'tag'],
        optional=true,
    ) }}

),

-- Zendesk closes a ticket that is merged into another one, and gives it a tag of its own: whether
-- the customer was onboarded, the other ticket says.
onboarding_tickets as (

    select ticket_id
    from tags
    where reason_code is null and coalesce(deleted_at >= {{ utc_time(cutoff()) }}, true)
    group by ticket_id
    having
        bool_or(tag = {{ text_var('zendesk_onboarding_tag') }})
        and not bool_or(tag = 'closed_by_merge')

),

onboarded_tickets as (

    select
        changes.ticket_id,
        min(changes.updated) as first_solved_at
    from changes
    inner join onboarding_tickets on changes.ticket_id = onboarding_tickets.ticket_id
    where changes.field_name = 'status' and changes.value in ('solved', 'closed')
    group by changes.ticket_id

),

known_tickets as (

    select
        id,
        max(organization_id) as organization_id,
        max(requester_id) as requester_id
    from tickets
    group by id

),

named_kinds as (

    select
        changes.*,
        known_tickets.organization_id,
        known_tickets.requester_id,
        known_tickets.id is not null as is_known,
        case
            when changes.field_name = 'satisfaction_score' and changes.value like 'good%'
                then 'satisfaction_good'
            when changes.field_name = 'satisfaction_score' and changes.value like 'bad%'
                then 'satisfaction_bad'
            -- A ticket may be opened again: only its first solving is the onboarding.
            when
                changes.field_name = 'status'
                and changes.value in ('solved', 'closed')
                and changes.updated = onboarded_tickets.first_solved_at
                then 'onboarding_done'
        end as kind
    from changes
    left join known_tickets on changes.ticket_id = known_tickets.id
    left join onboarded_tickets on changes.ticket_id = onboarded_tickets.ticket_id

),

-- Who changes a rating has rated once: the last one before the cutoff is meant.
last_ratings as (

    select
        ticket_id,
        max(updated) as rated_at
    from named_kinds
    where
        kind in ('satisfaction_good', 'satisfaction_bad')
        and reason_code is null
        and updated < {{ utc_time(cutoff()) }}
        and coalesce(deleted_at >= {{ utc_time(cutoff()) }}, true)
    group by ticket_id

),

named_changes as (

    select
        named_kinds.*,
        coalesce(
            named_kinds.kind in ('satisfaction_good', 'satisfaction_bad')
            and named_kinds.updated < last_ratings.rated_at,
            false
        ) as is_changed_rating
    from named_kinds
    left join last_ratings on named_kinds.ticket_id = last_ratings.ticket_id

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
                when is_changed_rating then 'superseded'
            end
        ") }}
    from named_changes

)

select * from stg_zendesk__service_events
{% endcall %}
