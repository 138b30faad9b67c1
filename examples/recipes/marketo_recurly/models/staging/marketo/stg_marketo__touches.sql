{# Grain: one row per form that a lead filled in, and per click in an e-mail. A further kind of activity is a
   further part of the union: its table is activity_ and the activity's name. #}
with

activities as (

    select
        id,
        lead_id,
        campaign_id,
        'form_submitted' as kind,
        -- Medium and source as the link had them: cpc / google.
        nullif(concat_ws(
            ' / ',
            nullif(regexp_extract(query_parameters, '(^|&)utm_medium=([^&]*)', 2), ''),
            nullif(regexp_extract(query_parameters, '(^|&)utm_source=([^&]*)', 2), '')
        ), '') as channel_label,
        activity_date,
        _fivetran_synced,
        'activity_fill_out_form' as source_table,
        cast(to_json(landed) as varchar) as row_json
    from {{ source('marketo', 'activity_fill_out_form') }} as landed
    union all
    select
        id,
        lead_id,
        campaign_id,
        'email_clicked' as kind,
        'email' as channel_label,
        activity_date,
        _fivetran_synced,
        'activity_click_email' as source_table,
        cast(to_json(landed) as varchar) as row_json
    from {{ source('marketo', 'activity_click_email') }} as landed

),

campaigns as (select * from {{ source('marketo', 'campaign') }}),

programs as (select * from {{ source('marketo', 'program') }}),

stg_marketo__touches as (

    -- What people call a campaign is a program in Marketo.
    select
        cast(activities.id as varchar) as touch_id,
        cast(activities.lead_id as varchar) as record_id,
        activities.kind,
        activities.channel_label,
        programs.name as campaign,
        activities.activity_date as occurred_at,
        activities.source_table,
        cast(activities.id as varchar) as source_key,
        activities._fivetran_synced as loaded_at,
        cast(null as varchar) as reason_code,
        activities.row_json
    from activities
    left join campaigns on activities.campaign_id = campaigns.id
    left join programs on campaigns.program_id = programs.id

)

select * from stg_marketo__touches
