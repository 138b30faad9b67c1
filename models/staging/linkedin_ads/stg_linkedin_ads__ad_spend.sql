{# Grain: one row per campaign and day. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('linkedin_ads', 'ad_spend') %}

with

analytics as (

    {{ read_source(
        system, 'ad_analytics_by_campaign',
        {
            'campaign_id': 'text',
            'cost_in_local_currency': 'decimal',
            'cost_in_usd': 'decimal',
            'impressions': 'bigint',
            'clicks': 'bigint',
            'day': 'date',
        },
        key=['campaign_id', 'day'],
        needs=['cost_in_local_currency'],
    ) }}

),

campaigns as (

    {{ read_lookup(
        system, 'campaign_history',
        {
            'id': 'text',
            'name': 'text',
            'account_id': 'text',
            'last_modified_time': 'timestamp',
        },
        key=['id'],
        changed='last_modified_time',
    ) }}

),

accounts as (

    {{ read_lookup(
        system, 'account_history',
        {'id': 'text', 'currency': 'text', 'last_modified_time': 'timestamp'},
        key=['id'],
        changed='last_modified_time',
    ) }}

),

stg_linkedin_ads__ad_spend as (

    select
        analytics.campaign_id as campaign,
        campaigns.name as campaign_name,
        'paid_social' as channel_label,
        -- If nothing says what the local currency is, the amount in US dollars counts.
        case
            when accounts.currency is null and analytics.cost_in_usd is not null
                then analytics.cost_in_usd
            else analytics.cost_in_local_currency
        end as amount,
        coalesce(
            upper(accounts.currency), case when analytics.cost_in_usd is not null then 'USD' end
        ) as currency,
        analytics.impressions,
        analytics.clicks,
        analytics.day as spend_date,
        cast(null as date) as last_spend_date,
        {{ row_origin(of='analytics') }}
    from analytics
    left join campaigns on analytics.campaign_id = campaigns.id
    left join accounts on campaigns.account_id = accounts.id

)

select * from stg_linkedin_ads__ad_spend
{% endcall %}
