{# Grain: one row per form submission, e-mail event, and contact and engagement. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('hubspot', 'touches') %}

with

email_touches as (

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
    from {{ instance_rows(ref('base_hubspot__email_touches'), system) }}

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

stg_hubspot__touches as (

    select * from form_touches
    union all
    select * from email_touches
    union all
    select * from engagement_touches

)

select * from stg_hubspot__touches
{% endcall %}
