{# Grain: one row per price or plan. #}
{{ config(enabled=provides('stg_stripe__subscriptions')) }}
{% call(system) each_instance('stripe', 'subscriptions') %}

with

prices as (

    {{ read_lookup(
        system, 'price',
        {
            'id': 'text', 'nickname': 'text', 'product_id': 'text', 'currency': 'text',
            'unit_amount': 'decimal', 'unit_amount_decimal': 'decimal',
            'recurring_interval': 'text', 'recurring_interval_count': 'bigint',
            'recurring_usage_type': 'text', 'billing_scheme': 'text',
        },
        key=['id'],
    ) }}

),

plans as (

    {{ read_lookup(
        system, 'plan',
        {
            'id': 'text', 'nickname': 'text', 'product_id': 'text', 'currency': 'text',
            'amount': 'decimal', 'interval': 'text', 'interval_count': 'bigint',
            'usage_type': 'text', 'billing_scheme': 'text',
        },
        key=['id'],
    ) }}

),

products as (

    {{ read_lookup(system, 'product', {'id': 'text', 'name': 'text'}, key=['id']) }}

),

currencies as (select * from {{ ref('currencies') }}),

-- A price that landed in both forms is read from the newer one.
both_forms as (

    select
        prices.id,
        prices.nickname,
        prices.product_id,
        upper(prices.currency) as currency,
        coalesce(prices.unit_amount_decimal, prices.unit_amount) as minor_amount,
        prices.recurring_interval as period,
        prices.recurring_interval_count as period_count,
        prices.recurring_usage_type as usage_type,
        prices.billing_scheme
    from prices
    union all
    select
        plans.id,
        plans.nickname,
        plans.product_id,
        upper(plans.currency) as currency,
        plans.amount as minor_amount,
        plans.interval as period,
        plans.interval_count as period_count,
        plans.usage_type,
        plans.billing_scheme
    from plans
    left join prices on plans.id = prices.id
    where prices.id is null

),

base_stripe__prices as (

    select
        both_forms.id as price_id,
        coalesce(both_forms.nickname, products.name, both_forms.id) as plan,
        both_forms.currency,
        -- A price in tiers has no amount per unit.
        case
            when coalesce(both_forms.billing_scheme, '') <> 'tiered'
                then {{ stripe_units(
                    'both_forms.minor_amount', 'both_forms.currency',
                    'currencies.minor_unit_digits',
                ) }}
        end as unit_amount,
        cast(
            case both_forms.period
                when 'year' then 1
                when 'month' then 12
                when 'week' then 52
                when 'day' then 365
            end as bigint
        ) as yearly_periods,
        coalesce(nullif(both_forms.period_count, 0), 1) as interval_count,
        coalesce(both_forms.usage_type = 'metered', false) as is_metered
    from both_forms
    left join products on both_forms.product_id = products.id
    left join currencies on both_forms.currency = currencies.currency

)

select * from base_stripe__prices
{% endcall %}
