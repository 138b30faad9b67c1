{# Grain: one row per form submission, e-mail event, and contact and engagement. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('hubspot', 'touches') %}

{%- set counted_events = [] %}
{%- for type in var('hubspot_email_events') %}
{%- do counted_events.append(text_literal(type, 'An entry of the var hubspot_email_events')) %}
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

email_campaigns as (

    {{ read_lookup(
        system, 'email_campaign', {'id': 'text', 'name': 'text'}, key=['id']
    ) }}

),

engagement_touches as (

    select
        touch_id,
        record_id,
        anonymous_id,
        kind,
        channel_label,
        campaign,
        cost,
        occurred_at,
        {{ row_origin() }}
    from {{ instance_rows(ref('base_hubspot__engagement_touches'), system) }}

),

submissions as (

    {{ read_source(
        system, 'contact_form_submission',
        {
            'contact_id': 'text',
            'form_id': 'text',
            'conversion_id': 'text',
            'page_url': 'text',
            'timestamp': 'timestamp',
        },
        key=['contact_id', 'timestamp'],
        apart=['form_id', 'conversion_id'],
    ) }}

),

distinct_submissions as (

    select distinct
        contact_id,
        form_id,
        timestamp,
        source_key
    from submissions
    where reason_code is null

),

repeated_submissions as (

    -- A second click on the button sends the form again: it is one submission.
    select source_key
    from (
        select
            source_key,
            timestamp,
            lag(timestamp) over (
                partition by contact_id, form_id order by timestamp, source_key
            ) as previous_timestamp
        from distinct_submissions
    ) as compared_submissions
    where previous_timestamp >= {{ dbt.dateadd('second', -10, 'timestamp') }}

),

form_touches as (

    select
        submissions.source_key as touch_id,
        submissions.contact_id as record_id,
        {{ typed_null('text') }} as anonymous_id,
        'form_submitted' as kind,
        {{ url_tracking_label('submissions.page_url') }} as channel_label,
        {{ url_parameter('submissions.page_url', 'utm_campaign') }} as campaign,
        {{ typed_null('decimal') }} as cost,
        submissions.timestamp as occurred_at,
        {{ row_origin(
            "case when repeated_submissions.source_key is not null then 'not_needed' end",
            of='submissions'
        ) }}
    from submissions
    left join repeated_submissions on submissions.source_key = repeated_submissions.source_key

),

addressees as (

    select
        id,
        {{ contact_addresses() }} as typed
    from contacts
    -- One that is made later can't have got the mail.
    where coalesce(property_createdate < {{ utc_time(cutoff()) }}, true)

),

address_texts as (

    select typed from addressees
    union
    select recipient as typed from email_events

),

addresses as (

    {{ addresses_in(relation='address_texts', key='typed', text='typed') }}

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

email_events_with_contact as (

    select
        email_events.*,
        recipients.contact_id,
        email_campaigns.name as campaign_name,
        case
            -- HubSpot filters what scanners and the sender's own people did.
            when
                email_events.type is null
                or email_events.type not in ({{ counted_events | join(', ') }})
                or coalesce(email_events.filtered_event, false)
                then 'not_needed'
            when recipients.contact_id is null then 'unknown_reference'
        end as email_reason
    from email_events
    left join addresses
        on email_events.recipient = addresses.typed and addresses.position = 1
    left join recipients on addresses.address = recipients.address
    left join email_campaigns
        on email_events.email_campaign_id = email_campaigns.id

),

email_touches as (

    select
        source_key as touch_id,
        contact_id as record_id,
        {{ typed_null('text') }} as anonymous_id,
        'email_clicked' as kind,
        'email' as channel_label,
        coalesce(campaign_name, email_campaign_id) as campaign,
        {{ typed_null('decimal') }} as cost,
        created as occurred_at,
        {{ row_origin('email_reason') }}
    from email_events_with_contact

),

stg_hubspot__touches as (

    select * from form_touches
    union all
    select * from email_touches
    union all
    select * from engagement_touches

)

select * from stg_hubspot__touches
{% endcall %}
