{# Grain: one row per customer. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('stripe', 'companies') %}

with

customers as (

    {{ read_source(
        system, 'customer',
        {
            'id': 'text',
            'name': 'text',
            'email': 'text',
            'address_country': 'text',
            'metadata': 'text',
            'livemode': 'boolean',
            'created': 'timestamp',
        },
        key=['id'],
    ) }}

),

stg_stripe__companies as (

    select
        id as company_record_id,
        name,
        -- Stripe does not say whether a customer is a company.
        cast(null as boolean) as is_person,
        nullif(split_part(email, '@', 2), '') as domain,
        cast(null as bigint) as employees,
        {{ typed_null('text') }} as industry,
        address_country as country,
        {{ typed_null('decimal') }} as yearly_revenue,
        {{ typed_null('text') }} as parent_record_id,
        {{ stripe_company(system, 'metadata', 'system') }} as crm_system,
        {{ stripe_company(system, 'metadata', 'record_id') }} as crm_record_id,
        {{ typed_null('text') }} as merged_into_record_id,
        created as created_at,
        {{ row_origin("case when not coalesce(livemode, true) then 'test_mode' end") }}
    from customers

)

select * from stg_stripe__companies
{% endcall %}
