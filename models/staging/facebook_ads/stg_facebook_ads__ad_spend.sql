{# Grain: one row per ad and day. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('facebook_ads', 'ad_spend') %}

with

days as (

    {{ read_source(
        system, 'basic_ad',
        {
            'ad_id': 'text',
            'account_id': 'text',
            'spend': 'decimal',
            'impressions': 'bigint',
            'inline_link_clicks': 'bigint',
            'date': 'date',
        },
        key=['ad_id', 'date'],
        needs=['spend'],
    ) }}

),

ads as (

    {{ read_lookup(
        system, 'ad_history',
        {'id': 'text', 'campaign_id': 'text', 'updated_time': 'timestamp'},
        key=['id'],
        changed='updated_time',
    ) }}

),

campaigns as (

    {{ read_lookup(
        system, 'campaign_history',
        {'id': 'text', 'name': 'text', 'updated_time': 'timestamp'},
        key=['id'],
        changed='updated_time',
    ) }}

),

-- Facebook's accounts say no time of change: the version that was loaded last stands.
accounts as (

    {{ read_lookup(
        system, 'account_history', {'id': 'text', 'currency': 'text'},
        key=['id'],
    ) }}

),

stg_facebook_ads__ad_spend as (

    select
        ads.campaign_id as campaign,
        campaigns.name as campaign_name,
        'paid_social' as channel_label,
        days.spend as amount,
        upper(accounts.currency) as currency,
        days.impressions,
        days.inline_link_clicks as clicks,
        days.date as spend_date,
        cast(null as date) as last_spend_date,
        {{ row_origin(of='days') }}
    from days
    left join ads on days.ad_id = ads.id
    left join campaigns on ads.campaign_id = campaigns.id
    left join accounts on days.account_id = accounts.id

)

select * from stg_facebook_ads__ad_spend
{% endcall %}
