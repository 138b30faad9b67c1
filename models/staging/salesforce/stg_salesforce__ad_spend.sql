{# Grain: one row per campaign: its actual cost, for all days of the campaign together. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('salesforce', 'ad_spend') %}

with

campaigns as (

    {{ read_source(
        system, 'campaign',
        {
            'id': 'text', 'name': 'text', 'type': 'text', 'actual_cost': 'decimal',
            'currency_iso_code': 'text', 'start_date': 'date', 'end_date': 'date',
            'created_date': 'date',
        },
        key=['id'],
        optional=true,
    ) }}

),

stg_salesforce__ad_spend as (

    -- A budget is a plan: only what was spent counts.
    select
        id as campaign,
        name as campaign_name,
        type as channel_label,
        actual_cost as amount,
        upper(currency_iso_code) as currency,
        {{ typed_null('bigint') }} as impressions,
        {{ typed_null('bigint') }} as clicks,
        coalesce(start_date, created_date) as spend_date,
        greatest(
            coalesce(end_date, start_date, created_date), coalesce(start_date, created_date)
        ) as last_spend_date,
        {{ row_origin("
            case
                when coalesce(actual_cost, 0) = 0 then 'not_needed'
                when actual_cost < 0 then 'impossible_amount'
            end
        ") }}
    from campaigns

)

select * from stg_salesforce__ad_spend
{% endcall %}
