with

{{ union_sources('subscriptions', times=['started_at']) }},

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

int_subscriptions_rows_checked as (

    select
        {{ key_of(['keyed.system', 'keyed.source_key']) }} as spell_key,
        {{ key_of(['keyed.system', 'keyed.subscription_id']) }} as subscription_key,
        keyed.company_key,
        keyed.system,
        keyed.plan,
        keyed.end_reason,
        {{ currency_or_default('keyed.currency') }} as currency,
        keyed.monthly_amount,
        keyed.started_at,
        case when keyed.ended_at < {{ cutoff() }} then keyed.ended_at end as ended_at,
        {{ checked_origin(
            "coalesce(" ~ unknown_reference(['companies'], 'keyed', key='company_key')
            ~ ", case when keyed.ended_at < keyed.started_at then 'impossible_time' end, "
            ~ unknown_currency('keyed') ~ ")",
            'keyed'
        ) }}
    from keyed
    left join companies on keyed.company_key = companies.company_key
    left join currencies
        on {{ currency_or_default('keyed.currency') }} = currencies.currency

)

select * from int_subscriptions_rows_checked
