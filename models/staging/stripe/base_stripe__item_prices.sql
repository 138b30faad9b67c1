{# Grain: one row per subscription item and interval in which it had one price and quantity.
   Invoices show the past; the item itself only shows today. #}
{{ config(enabled=provides('stg_stripe__subscriptions')) }}
{% call(system) each_instance('stripe', 'subscriptions') %}

with

items as (

    {{ read_lookup(
        system, 'subscription_item',
        {
            'id': 'text', 'subscription_id': 'text', 'plan_id': 'text', 'price_id': 'text',
            'quantity': 'bigint', 'created': 'timestamp', 'current_period_start': 'timestamp',
            '_fivetran_deleted': 'boolean', '_fivetran_synced': 'timestamp',
        },
        key=['id'],
    ) }}

),

prices as (select * from {{ instance_rows(ref('base_stripe__prices'), system) }}),

billed_prices as (select * from {{ instance_rows(ref('base_stripe__billed_prices'), system) }}),

last_billed_prices as (

    select
        item_id,
        subscription_id,
        {{ last_by('price_id', 'period_start') }} as price_id,
        {{ last_by('quantity', 'period_start') }} as quantity,
        {{ last_by('is_whole_amount', 'period_start') }} as is_whole_amount,
        {{ last_by('period_end', 'period_start') }} as period_end,
        max(period_start) as period_start,
        min(period_start) as first_period_start,
        max(billed_until) as billed_until
    from billed_prices
    group by item_id, subscription_id

),

known_items as (

    -- An item that came later has its own beginning; the others begin with the subscription.
    select
        id as item_id,
        subscription_id,
        coalesce(price_id, plan_id) as price_id,
        quantity,
        current_period_start,
        _fivetran_synced as changed_at,
        case when _fivetran_deleted then _fivetran_synced end as deleted_at,
        case
            when
                created
                > {{ add_days('min(created) over (partition by subscription_id)', 1) }}
                then created
        end as added_at
    from items
    union all
    -- An item whose row is gone is known from its invoices, and ended with the last of them.
    select
        last_billed_prices.item_id,
        last_billed_prices.subscription_id,
        null as price_id,
        null as quantity,
        null as current_period_start,
        null as changed_at,
        last_billed_prices.billed_until as deleted_at,
        last_billed_prices.first_period_start as added_at
    from last_billed_prices
    left join items on last_billed_prices.item_id = items.id
    where items.id is null and last_billed_prices.subscription_id is not null

),

states as (

    select
        item_id,
        price_id,
        plan,
        currency,
        quantity,
        unit_amount,
        yearly_periods,
        interval_count,
        is_metered,
        is_whole_amount,
        0 as state_rank,
        period_start as starts_at
    from billed_prices
    union all
    -- Today's price and quantity, if the last invoice had others: since the period that follows it,
    -- or since the item changed within its period.
    select
        items.item_id,
        items.price_id,
        prices.plan,
        prices.currency,
        items.quantity,
        prices.unit_amount,
        prices.yearly_periods,
        prices.interval_count,
        coalesce(prices.is_metered, false) as is_metered,
        false as is_whole_amount,
        1 as state_rank,
        case
            when billed.item_id is null then {{ start_of_time() }}
            when items.current_period_start >= billed.period_end then billed.period_end
            else greatest(billed.period_start, least(items.changed_at, billed.period_end))
        end as starts_at
    from known_items as items
    left join prices on items.price_id = prices.price_id
    left join last_billed_prices as billed on items.item_id = billed.item_id
    where
        items.price_id is not null
        and (
            billed.item_id is null
            or items.price_id is distinct from billed.price_id
            or (not billed.is_whole_amount and items.quantity <> billed.quantity)
        )

),

compared_states as (

    -- What is billed again as before is no change.
    select
        *,
        coalesce(
            price_id = lag(price_id) over by_time
            and quantity = lag(quantity) over by_time
            and unit_amount = lag(unit_amount) over by_time,
            false
        ) as is_same
    from states
    window by_time as (partition by item_id order by starts_at, state_rank)

),

dated_states as (

    select
        *,
        lag(starts_at) over by_time is null as is_first,
        lead(starts_at) over by_time as next_starts_at
    from compared_states
    where not is_same
    window by_time as (partition by item_id order by starts_at, state_rank)

),

base_stripe__item_prices as (

    select
        items.subscription_id,
        states.item_id,
        states.plan,
        states.currency,
        states.quantity,
        states.unit_amount,
        states.yearly_periods,
        states.interval_count,
        case states.yearly_periods
            when 12 then states.interval_count
            when 1 then 12 * states.interval_count
        end as interval_months,
        states.is_metered,
        states.is_whole_amount,
        states.state_rank = 0 as is_billed,
        case
            when states.is_first then coalesce(items.added_at, {{ start_of_time() }})
            else states.starts_at
        end as starts_at,
        coalesce(
            states.next_starts_at,
            case
                when items.deleted_at is not null
                    then least(items.deleted_at, billed.billed_until)
            end,
            {{ end_of_time() }}
        ) as ends_at
    from dated_states as states
    inner join known_items as items on states.item_id = items.item_id
    left join last_billed_prices as billed on states.item_id = billed.item_id

)

select * from base_stripe__item_prices
{% endcall %}
