{# Grain: one row per subscription item and start of a billed period: the price and quantity that
   its invoice shows. #}
{{ config(enabled=provides('stg_stripe__subscriptions')) }}
{% call(system) each_instance('stripe', 'subscriptions') %}

{%- set period_days = days_between('billed_prices.period_start', 'billed_prices.period_end') %}

with

items as (

    {{ read_lookup(
        system, 'subscription_item', {'id': 'text', 'subscription_id': 'text'}, key=['id'],
    ) }}

),

invoices as (

    {{ read_lookup(
        system, 'invoice',
        {
            'id': 'text', 'status': 'text', 'paid': 'boolean', 'is_deleted': 'boolean',
            'created': 'timestamp',
        },
        key=['id'],
    ) }}

),

lines as (

    {{ read_lookup(
        system, 'invoice_line_item',
        {
            'id': 'text', 'invoice_id': 'text', 'subscription_id': 'text',
            'subscription_item_id': 'text', 'price_id': 'text', 'plan_id': 'text',
            'type': 'text', 'currency': 'text', 'amount': 'decimal', 'quantity': 'bigint',
            'proration': 'boolean', 'period_start': 'timestamp', 'period_end': 'timestamp',
        },
        key=['id', 'invoice_id'],
    ) }}

),

prices as (select * from {{ instance_rows(ref('base_stripe__prices'), system) }}),

currencies as (select * from {{ ref('currencies') }}),

single_items as (

    select
        subscription_id,
        min(id) as item_id
    from items
    group by subscription_id
    having count(*) = 1

),

billed_lines as (

    -- What was billed for an item, without what an upgrade gives back for the old price. Lines of
    -- an older form name the subscription alone.
    select
        coalesce(lines.subscription_item_id, single_items.item_id) as item_id,
        lines.subscription_id,
        lines.invoice_id,
        coalesce(lines.price_id, lines.plan_id) as price_id,
        coalesce(lines.proration, false) as is_proration,
        lines.quantity,
        {{ stripe_units('lines.amount', 'lines.currency', 'currencies.minor_unit_digits') }}
            as amount,
        upper(lines.currency) as currency,
        coalesce(
            invoices.status, case when not invoices.paid then 'open' end, 'paid'
        ) = 'paid' as is_paid,
        invoices.created as invoiced_at,
        lines.period_start,
        lines.period_end
    from lines
    left join invoices on lines.invoice_id = invoices.id
    -- In the key: DuckDB would else compare each line with each item.
    left join single_items
        on
            case when lines.type = 'subscription' or lines.proration then lines.subscription_id end
            = single_items.subscription_id
    left join currencies on upper(lines.currency) = currencies.currency
    where
        lines.amount >= 0
        and lines.period_start < {{ utc_time(cutoff()) }}
        and coalesce(invoices.created < {{ utc_time(cutoff()) }}, true)
        and coalesce(invoices.status, '') <> 'void'
        and not coalesce(invoices.is_deleted, false)
        and coalesce(lines.subscription_item_id, single_items.item_id) is not null

),

payments as (

    select
        subscription_id,
        max(period_end) as paid_until
    from billed_lines
    where is_paid and amount > 0 and not is_proration
    group by subscription_id

),

billed_prices as (

    -- A price in tiers has a line for each tier.
    select
        item_id,
        price_id,
        invoice_id,
        is_proration,
        period_start,
        max(subscription_id) as subscription_id,
        max(period_end) as period_end,
        cast(sum(quantity) as bigint) as quantity,
        cast(sum(amount) as decimal(18, 4)) as amount,
        max(currency) as currency,
        max(invoiced_at) as invoiced_at
    from billed_lines
    group by item_id, price_id, invoice_id, is_proration, period_start

),

priced_lines as (

    -- The price gives the amount; where it does not, the invoice does, for all units together.
    select
        billed_prices.item_id,
        billed_prices.subscription_id,
        billed_prices.price_id,
        prices.plan,
        billed_prices.currency,
        coalesce(prices.is_metered, false) as is_metered,
        not coalesce(
            prices.unit_amount is not null and prices.currency = billed_prices.currency, false
        ) as is_whole_amount,
        billed_prices.quantity,
        billed_prices.amount,
        prices.unit_amount,
        -- A price that was not loaded recurs as often as its invoice says.
        coalesce(
            prices.yearly_periods,
            case when {{ period_days }} >= 28 then 12 when {{ period_days }} > 0 then 365 end
        ) as yearly_periods,
        case
            when prices.yearly_periods is not null then prices.interval_count
            when {{ period_days }} >= 28 then cast(round({{ period_days }} / 30.4375) as bigint)
            else cast(ceil({{ period_days }}) as bigint)
        end as interval_count,
        billed_prices.period_start,
        billed_prices.period_end,
        row_number() over (
            partition by billed_prices.item_id, billed_prices.period_start
            order by
                billed_prices.is_proration desc, billed_prices.invoiced_at desc nulls last,
                billed_prices.invoice_id desc, billed_prices.price_id asc
        ) as copy_number
    from billed_prices
    left join prices on billed_prices.price_id = prices.price_id
    where
        not billed_prices.is_proration
        or (prices.unit_amount is not null and prices.currency = billed_prices.currency)

),

base_stripe__billed_prices as (

    select
        priced_lines.item_id,
        priced_lines.subscription_id,
        priced_lines.price_id,
        priced_lines.plan,
        priced_lines.currency,
        case when priced_lines.is_whole_amount then 1 else coalesce(priced_lines.quantity, 1) end
            as quantity,
        case
            when priced_lines.is_whole_amount then priced_lines.amount else priced_lines.unit_amount
        end as unit_amount,
        priced_lines.yearly_periods,
        priced_lines.interval_count,
        priced_lines.is_metered,
        priced_lines.is_whole_amount,
        priced_lines.period_start,
        max(priced_lines.period_end) over (partition by priced_lines.item_id) as billed_until,
        priced_lines.period_end,
        payments.paid_until
    from priced_lines
    left join payments on priced_lines.subscription_id = payments.subscription_id
    where priced_lines.copy_number = 1

)

select * from base_stripe__billed_prices
{% endcall %}
