{# Grain: one row per e-mail event. #}
{{ config(enabled=provides('stg_hubspot__touches')) }}
{% call(system) each_instance('hubspot', 'touches') %}

{%- set counted = [] %}
{%- for type in var('hubspot_email_events') %}
{%- do counted.append(text_literal(type, 'An entry of the var hubspot_email_events')) %}
{%- endfor %}

with

email_events as (

    {{ read_source(
        system, 'email_event',
        {
            'id': 'text',
            'type': 'text',
            'recipient': 'text',
            'email_campaign_id': 'text',
            'filtered_event': 'boolean',
            'created': 'timestamp',
        },
        key=['id'],
        needs=['created'],
        optional=true,
    ) }}

),

contacts as (

    {{ read_lookup(
        system, 'contact',
        {
            'id': 'text', 'property_email': 'text',
            'property_hs_additional_emails': 'text', 'properties_hs_additional_emails': 'text',
            'property_createdate': 'timestamp',
        },
        key=['id'],
    ) }}

),

addressees as (

    select
        id,
        {{ contact_addresses() }} as typed
    from contacts
    -- One that is made later can't have got the mail.
    where coalesce(property_createdate < {{ utc_time(cutoff()) }}, true)

),

campaigns as (

    {{ read_lookup(
        system, 'email_campaign', {'id': 'text', 'name': 'text'}, key=['id']
    ) }}

),

texts as (

    select typed from addressees
    union
    select recipient as typed from email_events

),

addresses as (

    {{ addresses_in(relation='texts', key='typed', text='typed') }}

),

-- Contacts with one address are one person anyway, so any of them will do.
recipients as (

    select
        addresses.address,
        min(addressees.id) as contact_id
    from addressees
    inner join addresses on addressees.typed = addresses.typed
    group by addresses.address

),

clicks as (

    select
        email_events.*,
        recipients.contact_id,
        campaigns.name as campaign_name,
        case
            -- HubSpot filters what scanners and the sender's own people did.
            when
                email_events.type is null
                or email_events.type not in ({{ counted | join(', ') }})
                or coalesce(email_events.filtered_event, false)
                then 'not_needed'
            when recipients.contact_id is null then 'unknown_reference'
        end as click_reason
    from email_events
    left join addresses
        on email_events.recipient = addresses.typed and addresses.position = 1
    left join recipients on addresses.address = recipients.address
    left join campaigns
        on email_events.email_campaign_id = campaigns.id

),

base_hubspot__email_touches as (

    select
        source_key as touch_id,
        contact_id as record_id,
        {{ typed_null('text') }} as anonymous_id,
        'email_clicked' as kind,
        'email' as channel_label,
        coalesce(campaign_name, email_campaign_id) as campaign,
        {{ typed_null('decimal') }} as cost,
        created as occurred_at,
        {{ row_origin('click_reason') }}
    from clicks

)

select * from base_hubspot__email_touches
{% endcall %}
