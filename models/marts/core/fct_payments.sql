{# Grain: one row per payment, refund or lost dispute of an account; money returned is negative. #}
with

payments as ({{ usable_rows(ref('int_payments_rows_checked')) }}),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

accounts as (select * from {{ ref('dim_accounts') }}),

fct_payments as (

    select
        payments.payment_key,
        companies.account_key,
        payments.system,
        payments.kind as payment_kind,
        {{ in_reporting_currency(
            "case when payments.kind in ('refund', 'dispute') then -payments.amount"
            ~ " else payments.amount end",
            'rates.rate'
        ) }} as amount,
        coalesce(payments.paid_at >= accounts.customer_at, false) as is_after_win,
        payments.paid_at
    from payments
    inner join companies on payments.company_key = companies.company_key
    inner join accounts on companies.account_key = accounts.account_key
    -- What is returned was worth as much as when it was paid.
    inner join rates
        on
            {{ rate_applies(
                'rates',
                'payments.currency',
                'coalesce(payments.originally_paid_at, payments.paid_at)'
            ) }}

)

select * from fct_payments
