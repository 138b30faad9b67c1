{# Grain: one row per account. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('salesforce', 'companies') %}

with

accounts as (

    {{ read_source(
        system, 'account',
        {
            'id': 'text',
            'name': 'text',
            'is_person_account': 'boolean',
            'website': 'text',
            'number_of_employees': 'bigint',
            'industry': 'text',
            'billing_country': 'text',
            'billing_country_code': 'text',
            'annual_revenue': 'decimal',
            'parent_id': 'text',
            'master_record_id': 'text',
            'created_date': 'timestamp',
        },
        key=['id'],
    ) }}

),

stg_salesforce__companies as (

    select
        id as company_record_id,
        name,
        coalesce(is_person_account, false) as is_person,
        website as domain,
        number_of_employees as employees,
        industry,
        coalesce(billing_country_code, billing_country) as country,
        annual_revenue as yearly_revenue,
        parent_id as parent_record_id,
        {{ typed_null('text') }} as crm_system,
        {{ typed_null('text') }} as crm_record_id,
        master_record_id as merged_into_record_id,
        created_date as created_at,
        {{ row_origin() }}
    from accounts

)

select * from stg_salesforce__companies
{% endcall %}
