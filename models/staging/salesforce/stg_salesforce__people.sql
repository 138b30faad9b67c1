{# Grain: one row per lead and contact. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('salesforce', 'people') %}

with

leads as (

    {{ read_source(
        system, 'lead',
        {
            'id': 'text', 'email': 'text', 'phone': 'text', 'mobile_phone': 'text',
            'title': 'text', 'country': 'text', 'country_code': 'text',
            'company': 'text', 'website': 'text', 'number_of_employees': 'bigint',
            'lead_source': 'text', 'utm_medium_c': 'text', 'utm_source_c': 'text',
            'utm_campaign_c': 'text', 'gclid_c': 'text',
            'status': 'text', 'lead_score_c': 'bigint', 'owner_id': 'text',
            'unqualified_reason_c': 'text', 'created_date': 'timestamp',
        },
        key=['id'],
        needs=['created_date'],
    ) }}

),

contacts as (

    {{ read_source(
        system, 'contact',
        {
            'id': 'text', 'email': 'text', 'phone': 'text', 'mobile_phone': 'text',
            'title': 'text', 'mailing_country': 'text', 'mailing_country_code': 'text',
            'account_id': 'text', 'lead_source': 'text', 'utm_medium_c': 'text',
            'utm_source_c': 'text', 'utm_campaign_c': 'text', 'gclid_c': 'text',
            'owner_id': 'text', 'created_date': 'timestamp',
        },
        key=['id'],
        needs=['created_date'],
    ) }}

),

stg_salesforce__people as (

    select
        id as record_id,
        email,
        coalesce(phone, mobile_phone) as phone,
        title as job_title,
        {{ typed_null('text') }} as seniority,
        coalesce(country_code, country) as country,
        -- The account of a converted lead is the one of the contact that it became.
        {{ typed_null('text') }} as company_record_id,
        company as company_name,
        {{ bare_domain('website') }} as company_domain,
        number_of_employees as company_employees,
        lead_source,
        {{ typed_null('text') }} as lead_source_detail,
        {{ tracking_label('utm_medium_c', 'utm_source_c', {'gclid': 'gclid_c'}) }}
            as tracking_label,
        utm_campaign_c as lead_campaign,
        status as stage_label,
        lead_score_c as lead_score,
        {{ salesforce_owner('owner_id') }} as owner_id,
        unqualified_reason_c as exit_reason,
        cast(null as boolean) as is_test,
        cast(null as timestamp) as first_seen_at,
        created_date as created_at,
        {{ row_origin() }}
    from leads
    union all
    select
        id as record_id,
        email,
        coalesce(phone, mobile_phone) as phone,
        title as job_title,
        {{ typed_null('text') }} as seniority,
        coalesce(mailing_country_code, mailing_country) as country,
        account_id as company_record_id,
        {{ typed_null('text') }} as company_name,
        {{ typed_null('text') }} as company_domain,
        {{ typed_null('bigint') }} as company_employees,
        lead_source,
        {{ typed_null('text') }} as lead_source_detail,
        {{ tracking_label('utm_medium_c', 'utm_source_c', {'gclid': 'gclid_c'}) }}
            as tracking_label,
        utm_campaign_c as lead_campaign,
        {{ typed_null('text') }} as stage_label,
        {{ typed_null('bigint') }} as lead_score,
        {{ salesforce_owner('owner_id') }} as owner_id,
        {{ typed_null('text') }} as exit_reason,
        cast(null as boolean) as is_test,
        cast(null as timestamp) as first_seen_at,
        created_date as created_at,
        {{ row_origin() }}
    from contacts

)

select * from stg_salesforce__people
{% endcall %}
