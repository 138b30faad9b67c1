{{ config(enabled=provides(model.name)) }}

with

customers as (

    {{ read_source(
        'stripe', 'customer',
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
        nullif(split_part(email, '@', 2), '') as domain,
        cast(null as bigint) as employees,
        {{ typed_null('text') }} as industry,
        address_country as country,
        {{ typed_null('decimal') }} as yearly_revenue,
        {{ typed_null('text') }} as parent_record_id,
        case
            {%- for key, system in var('stripe_company_keys').items() %}
            when {{ json_value('metadata', key) }} is not null
                then {{ text_literal(system, 'A system in the var stripe_company_keys') }}
            {%- endfor %}
        end as crm_system,
        coalesce(
            {%- for key in var('stripe_company_keys') %}
            {{ json_value('metadata', key) }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as crm_record_id,
        created as created_at,
        {{ row_origin("case when not coalesce(livemode, true) then 'test_mode' end") }}
    from customers

)

select * from stg_stripe__companies
