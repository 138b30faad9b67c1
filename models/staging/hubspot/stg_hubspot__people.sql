{# Grain: one row per contact, and per contact without a row that another one was merged from. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('hubspot', 'people') %}

with

contacts as (

    {{ read_source(
        system, 'contact',
        {
            'id': 'text',
            'property_email': 'text',
            'property_hs_additional_emails': 'text',
            'properties_hs_additional_emails': 'text',
            'property_phone': 'text',
            'property_jobtitle': 'text',
            'property_seniority': 'text',
            'property_country': 'text',
            'property_associatedcompanyid': 'text',
            'property_company': 'text',
            'property_hs_analytics_source': 'text',
            'property_hs_analytics_source_data_1': 'text',
            'property_hs_analytics_source_data_2': 'text',
            'property_hs_analytics_first_url': 'text',
            'property_hs_analytics_first_timestamp': 'timestamp',
            'property_hs_google_click_id': 'text',
            'property_hs_facebook_click_id': 'text',
            'property_utm_medium': 'text',
            'property_utm_source': 'text',
            'property_utm_campaign': 'text',
            'property_lifecyclestage': 'text',
            'property_hubspotscore': 'bigint',
            'property_hubspot_owner_id': 'text',
            'property_disqualification_reason': 'text',
            'property_hs_calculated_merged_vids': 'text',
            'property_hs_merged_object_ids': 'text',
            'property_createdate': 'timestamp',
        },
        key=['id'],
        needs=['property_createdate'],
        secondary=['property_hs_analytics_first_timestamp'],
    ) }}

),

contacts_with_origins as (

    -- The second drill-down of other campaigns is 'source / medium', that of a mail sent by HubSpot
    -- the name of the mail.
    select
        *,
        case
            when upper(property_hs_analytics_source) = 'OFFLINE'
                then property_hs_analytics_source_data_1
            when
                upper(property_hs_analytics_source) = 'EMAIL_MARKETING'
                and property_hs_analytics_source_data_2 is not null
                then 'hubspot email'
        end as lead_source_detail,
        coalesce(
            {{ tracking_label('property_utm_medium', 'property_utm_source') }},
            {{ url_tracking_label('property_hs_analytics_first_url') }},
            case
                when
                    upper(property_hs_analytics_source) = 'OTHER_CAMPAIGNS'
                    and position('/' in property_hs_analytics_source_data_2) > 0
                    then
                        trim(split_part(property_hs_analytics_source_data_2, '/', 2))
                        || ' / ' || trim(split_part(property_hs_analytics_source_data_2, '/', 1))
            end,
            {{ tracking_label(typed_null('text'), typed_null('text'), {
                'gclid': 'property_hs_google_click_id', 'fbclid': 'property_hs_facebook_click_id',
            }) }}
        ) as tracking_label,
        coalesce(
            property_utm_campaign,
            {{ url_parameter('property_hs_analytics_first_url', 'utm_campaign') }},
            case
                when
                    upper(property_hs_analytics_source)
                    in ('PAID_SEARCH', 'EMAIL_MARKETING', 'OTHER_CAMPAIGNS')
                    then property_hs_analytics_source_data_1
                when upper(property_hs_analytics_source) in ('PAID_SOCIAL', 'SOCIAL_MEDIA')
                    then property_hs_analytics_source_data_2
            end
        ) as lead_campaign
    from contacts

),

merging_contacts as (

    select
        *,
        coalesce(property_hs_calculated_merged_vids, '')
        || ';' || coalesce(property_hs_merged_object_ids, '') as merged_ids
    from contacts
    where
        reason_code is null
        and (
            property_hs_calculated_merged_vids is not null
            or property_hs_merged_object_ids is not null
        )

),

merged_entries as (

    {{ list_entries(
        'merging_contacts', ['id', 'property_createdate', 'loaded_at', 'row_json'], 'merged_ids'
    ) }}

),

merged_contacts as (

    -- Each entry is an id, with or without the time of the merge after a colon.
    select
        trim(split_part(entry, ':', 1)) as merged_id,
        min(property_createdate) as property_createdate,
        coalesce(max({{ text_to_utc("split_part(entry, ':', 2)") }}), max(loaded_at)) as merged_at,
        max(loaded_at) as loaded_at,
        max(row_json) as row_json
    from merged_entries
    where trim(split_part(entry, ':', 1)) not in ('', id)
    group by trim(split_part(entry, ':', 1))

),

stg_hubspot__people as (

    select
        id as record_id,
        {{ contact_addresses() }} as email,
        property_phone as phone,
        property_jobtitle as job_title,
        property_seniority as seniority,
        property_country as country,
        property_associatedcompanyid as company_record_id,
        property_company as company_name,
        {{ typed_null('text') }} as company_domain,
        {{ typed_null('bigint') }} as company_employees,
        property_hs_analytics_source as lead_source,
        lead_source_detail,
        tracking_label,
        lead_campaign,
        property_lifecyclestage as stage_label,
        property_hubspotscore as lead_score,
        property_hubspot_owner_id as owner_id,
        property_disqualification_reason as exit_reason,
        cast(null as boolean) as is_test,
        property_hs_analytics_first_timestamp as first_seen_at,
        property_createdate as created_at,
        {{ row_origin() }}
    from contacts_with_origins
    union all
    -- Touches and labels still name a contact whose own row went with the merge.
    select
        merged_contacts.merged_id as record_id,
        {{ typed_null('text') }} as email,
        {{ typed_null('text') }} as phone,
        {{ typed_null('text') }} as job_title,
        {{ typed_null('text') }} as seniority,
        {{ typed_null('text') }} as country,
        {{ typed_null('text') }} as company_record_id,
        {{ typed_null('text') }} as company_name,
        {{ typed_null('text') }} as company_domain,
        cast(null as bigint) as company_employees,
        {{ typed_null('text') }} as lead_source,
        {{ typed_null('text') }} as lead_source_detail,
        {{ typed_null('text') }} as tracking_label,
        {{ typed_null('text') }} as lead_campaign,
        {{ typed_null('text') }} as stage_label,
        cast(null as bigint) as lead_score,
        {{ typed_null('text') }} as owner_id,
        {{ typed_null('text') }} as exit_reason,
        cast(null as boolean) as is_test,
        cast(null as timestamp) as first_seen_at,
        merged_contacts.property_createdate as created_at,
        'contact.merged_ids' as source_table,
        merged_contacts.merged_id as source_key,
        merged_contacts.loaded_at,
        merged_contacts.merged_at as deleted_at,
        {{ typed_null('text') }} as reason_code,
        {{ typed_null('text') }} as reason_detail,
        merged_contacts.row_json
    from merged_contacts
    left join contacts on merged_contacts.merged_id = contacts.id
    where contacts.id is null

)

select * from stg_hubspot__people
{% endcall %}
