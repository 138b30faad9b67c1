{# Grain: one row per source row of a person, usable or not: reason_code says why not. #}
with

source_rows as (

    {{ union_sources('people', times=['created_at'], keeps_deleted=true) }}

),

labelled_rows as (

    select
        *,
        lead_source || coalesce(' / ' || lead_source_detail, '') as source_label
    from source_rows

),

source_channels as (

    {{ channels_of_labels('labelled_rows', 'source_label') }}

),

tracking_channels as (

    {{ channels_of_labels('labelled_rows', 'tracking_label') }}

),

country_names as (select * from {{ ref('country_names') }}),

reason_labels as (select * from {{ ref('reason_labels') }} where exit_kind = 'rejected'),

int_people_rows_checked as (

    select
        {{ key_of(['labelled_rows.system', 'labelled_rows.record_id']) }} as record_key,
        labelled_rows.system,
        labelled_rows.record_id,
        {{ key_of(['labelled_rows.system', 'labelled_rows.company_record_id']) }} as company_key,
        labelled_rows.email,
        labelled_rows.phone,
        labelled_rows.job_title,
        labelled_rows.seniority,
        coalesce(country_names.country, upper(labelled_rows.country)) as country,
        labelled_rows.company_name,
        {{ bare_domain('labelled_rows.company_domain') }} as company_domain,
        labelled_rows.company_employees,
        {{ channel_of('labelled_rows', 'source_channels', 'source_label') }} as source_channel,
        {{ channel_of('labelled_rows', 'tracking_channels', 'tracking_label') }}
            as tracking_channel,
        {{ campaign_of('labelled_rows.lead_campaign') }} as lead_campaign,
        labelled_rows.stage_label,
        labelled_rows.lead_score,
        labelled_rows.owner_id,
        {{ reason_of('labelled_rows.exit_reason', 'reason_labels') }} as exit_reason,
        {%- for name in own_attributes('people') %}
        labelled_rows.{{ name }},
        {%- endfor %}
        coalesce(labelled_rows.is_test, false) as is_test,
        labelled_rows.first_seen_at,
        labelled_rows.created_at,
        {{ checked_origin('labelled_rows') }},
        labelled_rows.reason_code
    from labelled_rows
    left join country_names
        on {{ country_name('labelled_rows.country') }} = country_names.country_name
    left join reason_labels on lower(trim(labelled_rows.exit_reason)) = reason_labels.label
    left join source_channels
        on
            labelled_rows.system = source_channels.system
            and labelled_rows.source_label = source_channels.label
    left join tracking_channels
        on
            labelled_rows.system = tracking_channels.system
            and labelled_rows.tracking_label = tracking_channels.label

)

select * from int_people_rows_checked
