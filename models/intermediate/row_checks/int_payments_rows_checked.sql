{# Grain: one row per source row of a payment or refund, usable or not: reason_code says why not.
   #}
with

source_rows as (

    {{ union_sources('payments', times=['paid_at']) }}

),

keyed_rows as (

    select
        *,
        {{ key_of(['system', 'customer_record_id']) }} as company_key
    from source_rows

),

companies as ({{ usable_rows(ref('int_companies_rows_checked')) }}),

currencies as (select distinct currency from {{ ref('exchange_rates') }}),

int_payments_rows_checked as (

    select
        {{ key_of([
            'keyed_rows.system', 'keyed_rows.source_table', 'keyed_rows.payment_id'
        ]) }} as payment_key,
        keyed_rows.company_key,
        keyed_rows.system,
        keyed_rows.kind,
        {{ currency_or_default('keyed_rows') }} as currency,
        keyed_rows.amount,
        keyed_rows.currency is null as is_currency_assumed,
        keyed_rows.paid_at,
        keyed_rows.originally_paid_at,
        {{ checked_origin('keyed_rows') }},
        coalesce(
            keyed_rows.reason_code,
            case
                when companies.company_key is null then 'unknown_reference'
                when keyed_rows.amount < 0 then 'impossible_amount'
                when currencies.currency is null then 'unknown_currency'
            end
        ) as reason_code
    from keyed_rows
    left join companies on keyed_rows.company_key = companies.company_key
    left join currencies
        on {{ currency_or_default('keyed_rows') }} = currencies.currency

)

select * from int_payments_rows_checked
