{# Grain: one row per source row of a day's spend on one campaign, usable or not: reason_code says
   why not. #}
with

source_rows as (

    {{ union_sources('ad_spend', times=['spend_date']) }}

),

currencies as (select distinct currency from {{ ref('exchange_rates') }}),

channels as (

    {{ channels_of_labels('source_rows') }}

),

daily_campaigns as (

    select distinct {{ campaign_of('coalesce(campaign_name, campaign)') }} as campaign
    from source_rows
    where last_spend_date is null and reason_code is null

),

int_ad_spend_rows_checked as (

    select
        {{ key_of([
            'source_rows.system', 'source_rows.source_table', 'source_rows.source_key'
        ]) }} as spend_key,
        {{ key_of(['source_rows.system', 'source_rows.campaign']) }} as campaign_key,
        source_rows.system,
        {{ campaign_of('coalesce(source_rows.campaign_name, source_rows.campaign)') }} as campaign,
        {{ channel_of('source_rows', 'channels') }} as channel,
        {{ currency_or_default('source_rows') }} as currency,
        source_rows.amount,
        source_rows.currency is null as is_currency_assumed,
        source_rows.impressions,
        source_rows.clicks,
        source_rows.spend_date,
        source_rows.last_spend_date,
        {{ checked_origin(
            'source_rows', detail="case when source_rows.spend_date is null then 'spend_date' end"
        ) }},
        coalesce(
            source_rows.reason_code,
            case
                when currencies.currency is null then 'unknown_currency'
                -- It belongs to no month, so no figure could have it.
                when source_rows.spend_date is null then 'missing_value'
                -- A platform has each day of the campaign: its total in another system is the same
                -- money.
                when daily_campaigns.campaign is not null then 'same_campaign'
            end
        ) as reason_code
    from source_rows
    left join currencies
        on {{ currency_or_default('source_rows') }} = currencies.currency
    left join channels
        on
            source_rows.system = channels.system
            and source_rows.channel_label = channels.label
    left join daily_campaigns
        on
            case
                when source_rows.last_spend_date is not null
                    then
                        {{ campaign_of(
                            'coalesce(source_rows.campaign_name, source_rows.campaign)'
                        ) }}
            end = daily_campaigns.campaign

)

select * from int_ad_spend_rows_checked
