{# Grain: one row per source row of a subscription interval, usable or not: reason_code says why
   not. #}
with

source_rows as (

    {{ union_sources('subscriptions', times=['started_at']) }}

),

keyed_rows as (

    select
        *,
        {{ key_of(['system', 'customer_record_id']) }} as company_key
    from source_rows

),

companies as ({{ usable_rows(ref('int_companies_rows_checked')) }}),

reason_labels as (select * from {{ ref('reason_labels') }} where exit_kind = 'churned'),

currencies as (select distinct currency from {{ ref('exchange_rates') }}),

int_subscriptions_rows_checked as (

    select
        {{ key_of(['keyed_rows.system', 'keyed_rows.source_key']) }} as interval_key,
        {{ key_of(['keyed_rows.system', 'keyed_rows.subscription_id']) }} as subscription_key,
        keyed_rows.company_key,
        keyed_rows.system,
        keyed_rows.plan,
        {{ reason_of('keyed_rows.end_reason', 'reason_labels') }} as end_reason,
        {{ currency_or_default('keyed_rows') }} as currency,
        keyed_rows.monthly_amount,
        keyed_rows.currency is null as is_currency_assumed,
        keyed_rows.started_at,
        case when keyed_rows.ended_at < {{ cutoff() }} then keyed_rows.ended_at end as ended_at,
        {{ checked_origin('keyed_rows') }},
        coalesce(
            keyed_rows.reason_code,
            case
                when companies.company_key is null then 'unknown_reference'
                when keyed_rows.ended_at < keyed_rows.started_at then 'impossible_time'
                when keyed_rows.monthly_amount < 0 then 'impossible_amount'
                when currencies.currency is null then 'unknown_currency'
            end
        ) as reason_code
    from keyed_rows
    left join companies on keyed_rows.company_key = companies.company_key
    left join reason_labels on lower(trim(keyed_rows.end_reason)) = reason_labels.label
    left join currencies
        on {{ currency_or_default('keyed_rows') }} = currencies.currency

)

select * from int_subscriptions_rows_checked
