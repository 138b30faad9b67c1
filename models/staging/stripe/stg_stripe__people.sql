{# Grain: one row per customer with an e-mail address. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('stripe', 'people') %}

with

customers as (

    {{ read_source(
        system, 'customer',
        {
            'id': 'text', 'name': 'text', 'email': 'text', 'phone': 'text',
            'address_country': 'text', 'livemode': 'boolean', 'created': 'timestamp',
        },
        key=['id'],
    ) }}

),

stg_stripe__people as (

    select
        id as record_id,
        email,
        phone,
        {{ typed_null('text') }} as job_title,
        {{ typed_null('text') }} as seniority,
        address_country as country,
        id as company_record_id,
        name as company_name,
        nullif(split_part(email, '@', 2), '') as company_domain,
        {{ typed_null('bigint') }} as company_employees,
        {{ typed_null('text') }} as lead_source,
        {{ typed_null('text') }} as lead_source_detail,
        {{ typed_null('text') }} as tracking_label,
        {{ typed_null('text') }} as lead_campaign,
        {{ typed_null('text') }} as stage_label,
        {{ typed_null('bigint') }} as lead_score,
        {{ typed_null('text') }} as owner_id,
        {{ typed_null('text') }} as exit_reason,
        not coalesce(livemode, true) as is_test,
        cast(null as timestamp) as first_seen_at,
        created as created_at,
        -- The customer itself is counted among the companies: this only reads it again.
        'customer.contact' as source_table,
        source_key,
        loaded_at,
        deleted_at,
        case when not coalesce(livemode, true) then 'test_mode' end as reason_code,
        reason_detail,
        row_json
    from customers
    where reason_code is null and email is not null

)

select * from stg_stripe__people
{% endcall %}
