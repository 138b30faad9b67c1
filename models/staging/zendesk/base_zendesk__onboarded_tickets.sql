{# Grain: one row per onboarding ticket that was solved. #}
{{ config(enabled=provides('stg_zendesk__service_events')) }}

with

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

base_zendesk__onboarded_tickets as (

    select
        changes.ticket_id,
        min(changes.updated) as first_solved_at
    from changes
    inner join onboarding_tickets
        on changes.ticket_id = onboarding_tickets.ticket_id
    where changes.field_name = 'status' and changes.value in ('solved', 'closed')
    group by changes.ticket_id

)

select * from base_zendesk__onboarded_tickets
