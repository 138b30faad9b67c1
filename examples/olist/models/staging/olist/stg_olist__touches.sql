{# Grain: one row per lead (its form), and per lead with an SDR (the contact). #}
with

leads as (select * from {{ ref('base_olist__leads') }}),

stg_olist__touches as (

    select
        mql_id as touch_id,
        mql_id as record_id,
        'form_submitted' as kind,
        origin as channel_label,
        landing_page_id as campaign,
        first_contact_at as occurred_at,
        {{ olist_origin('marketing_qualified_leads.form', 'mql_id') }}
    from leads
    union all
    -- A lead with an SDR was contacted and qualified; Olist does not publish when.
    select
        mql_id as touch_id,
        mql_id as record_id,
        'sdr_contacted' as kind,
        cast(null as varchar) as channel_label,
        cast(null as varchar) as campaign,
        cast(null as timestamp) as occurred_at,
        {{ olist_origin('marketing_qualified_leads.sdr', 'mql_id') }}
    from leads
    where sdr_id is not null

)

select * from stg_olist__touches
