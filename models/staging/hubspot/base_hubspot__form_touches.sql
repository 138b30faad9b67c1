{# Grain: one row per form submission. #}
{{ config(enabled=provides('stg_hubspot__touches')) }}

with

submissions as (

    {{ read_source(
        'hubspot', 'contact_form_submission',
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

base_hubspot__form_touches as (

    select
        source_key as touch_id,
        contact_id as record_id,
        {{ typed_null('text') }} as anonymous_id,
        'form_submitted' as kind,
        {{ url_parameter('page_url', 'utm_medium') }} as channel_label,
        {{ url_parameter('page_url', 'utm_campaign') }} as campaign,
        {{ typed_null('decimal') }} as cost,
        timestamp as occurred_at,
        {{ row_origin() }}
    from submissions

)

select * from base_hubspot__form_touches
