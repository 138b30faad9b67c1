with

leads as (select * from {{ ref('base_olist__leads') }}),

stg_olist__touches as (

    select
        mql_id as touch_id,
        mql_id as record_id,
        cast(null as varchar) as anonymous_id,
        'form_submitted' as kind,
        origin as channel_label,
        landing_page_id as campaign,
        cast(null as decimal(18, 4)) as cost,
        first_contact_at as occurred_at,
        {{ olist_origin('marketing_qualified_leads.form', 'mql_id') }}
    from leads
    union all
    -- A lead with an SDR was contacted and qualified; Olist does not say when, so nobody does.
    select
        mql_id,
        mql_id,
        null,
        'sdr_contacted',
        null,
        null,
        null,
        null,
        {{ olist_origin('marketing_qualified_leads.sdr', 'mql_id') }}
    from leads
    where sdr_id is not null

)

select * from stg_olist__touches
