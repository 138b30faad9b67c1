with

{{ union_sources('ad_spend', times=['spend_date']) }},

currencies as (select distinct currency from {{ ref('exchange_rates') }}),

channels as (select * from {{ ref('channel_labels') }}),

int_ad_spend_rows_checked as (

    select
        {{ key_of(['checked.system', 'checked.source_table', 'checked.source_key']) }} as spend_key,
        {{ key_of(['checked.system', 'checked.campaign']) }} as campaign_key,
        checked.system,
        checked.campaign_name,
        {{ channel_of('checked') }} as channel,
        {{ currency_or_default('checked.currency') }} as currency,
        checked.amount,
        checked.impressions,
        checked.clicks,
        checked.spend_date,
        {{ checked_origin(unknown_currency()) }}
    from checked
    left join currencies
        on {{ currency_or_default('checked.currency') }} = currencies.currency
    left join channels
        on
            checked.system = channels.system
            and lower(checked.channel_label) = channels.label

)

select * from int_ad_spend_rows_checked
