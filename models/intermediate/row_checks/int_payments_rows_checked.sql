with

{{ union_sources('payments', times=['paid_at']) }},

keyed as (

    select
        *,
        {{ key_of(['system', 'customer_record_id']) }} as company_key
    from checked

),

companies as (

    select company_key
    from {{ ref('int_companies_unioned') }}

),

currencies as (select distinct currency from {{ ref('exchange_rates') }}),

int_payments_rows_checked as (

    select
        {{ key_of(['keyed.system', 'keyed.source_table', 'keyed.payment_id']) }} as payment_key,
        keyed.company_key,
        keyed.system,
        keyed.kind,
        {{ currency_or_default('keyed.currency') }} as currency,
        keyed.amount,
        keyed.paid_at,
        {{ checked_origin(
            "coalesce(" ~ unknown_reference(['companies'], 'keyed', key='company_key')
            ~ ", " ~ unknown_currency('keyed') ~ ")",
            'keyed'
        ) }}
    from keyed
    left join companies on keyed.company_key = companies.company_key
    left join currencies
        on {{ currency_or_default('keyed.currency') }} = currencies.currency

)

select * from int_payments_rows_checked
