{# Grain: one row per campaign, day, device and network. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('google_ads', 'ad_spend') %}

with

stats as (

    {{ read_source(
        system, 'campaign_stats',
        {
            'customer_id': 'text', 'id': 'text', 'device': 'text',
            'ad_network_type': 'text', '_fivetran_id': 'text', 'cost_micros': 'bigint',
            'impressions': 'bigint', 'clicks': 'bigint', 'date': 'date',
        },
        key=['customer_id', 'id', 'date'],
        needs=['cost_micros'],
        apart=['device', 'ad_network_type', '_fivetran_id'],
    ) }}

),

campaigns as (

    {{ read_lookup(
        system, 'campaign_history',
        {'id': 'text', 'name': 'text', 'updated_at': 'timestamp'},
        key=['id'],
        changed='updated_at',
    ) }}

),

accounts as (

    {{ read_lookup(
        system, 'account_history',
        {'id': 'text', 'currency_code': 'text', 'updated_at': 'timestamp'},
        key=['id'],
        changed='updated_at',
    ) }}

),

stg_google_ads__ad_spend as (

    select
        stats.id as campaign,
        campaigns.name as campaign_name,
        'paid_search' as channel_label,
        cast(cast(stats.cost_micros as decimal(28, 6)) / 1000000 as decimal(18, 4)) as amount,
        upper(accounts.currency_code) as currency,
        stats.impressions,
        stats.clicks,
        stats.date as spend_date,
        cast(null as date) as last_spend_date,
        {{ row_origin(of='stats') }}
    from stats
    left join campaigns on stats.id = campaigns.id
    left join accounts on stats.customer_id = accounts.id

)

select * from stg_google_ads__ad_spend
{% endcall %}
