{# Grain: one row per subscription and discount that lowers its recurring revenue: its own, that of
   one of its items, or that of its customer. #}
{{ config(enabled=provides('stg_stripe__subscriptions')) }}
{%- set columns = {
    'id': 'text', 'coupon_id': 'text', 'customer_id': 'text', 'subscription_id': 'text',
    'subscription_item_id': 'text', 'type': 'text', 'type_id': 'text', 'invoice_id': 'text',
    'invoice_item_id': 'text', 'start_at': 'timestamp', 'end_at': 'timestamp',
    '_fivetran_deleted': 'boolean', '_fivetran_synced': 'timestamp',
} %}

{#- Stripe allows so many discounts on a subscription. -#}
{%- set most_discounts = 20 %}

{% call(system) each_instance('stripe', 'subscriptions') %}

with

landed_coupons as (

    {{ read_lookup(
        system, 'coupon',
        {
            'id': 'text', 'percent_off': 'decimal', 'amount_off': 'decimal', 'currency': 'text',
            'duration': 'text', 'duration_in_months': 'bigint',
        },
        key=['id'],
    ) }}

),

subscription_discounts as (

    {{ read_lookup(system, 'subscription_discount', columns, key=['id']) }}

),

other_discounts as (

    {{ read_lookup(system, 'discount', columns, key=['id']) }}

),

subscription_texts as (

    {{ read_lookup(
        system, 'subscription', {'id': 'text', 'discount': 'text', 'discounts': 'text'},
        key=['id'],
    ) }}

),

customer_texts as (

    {{ read_lookup(
        system, 'customer', {'id': 'text', 'discount': 'text', 'discounts': 'text'},
        key=['id'],
    ) }}

),

discount_lists as (

    -- Connectors without tables of discounts write them into the row of the subscription or the
    -- customer, as JSON: one object, or a list of them.
    {% for rows, column in [
        ('subscription_texts', 'discount'), ('subscription_texts', 'discounts'),
        ('customer_texts', 'discount'), ('customer_texts', 'discounts'),
    ] -%}
    select
        {{ 'id' if rows == 'subscription_texts' else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
            as subscription_id,
        {{ 'id' if rows == 'customer_texts' else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
            as customer_id,
        case
            when left(trim({{ column }}), 1) = '{' then '[' || {{ column }} || ']'
            else {{ column }}
        end as discount_list
    from {{ rows }}
    where {{ column }} is not null
    {{ 'union all' if not loop.last }} -- noqa: LT02
    {% endfor %}

),

positions as (

    {{ whole_numbers(0, most_discounts - 1) }}

),

list_entries as (

    -- An entry is the discount, or only its id.
    select
        discount_lists.*,
        positions.number as position_number,
        {{ json_item('discount_list', 'positions.number') }} as entry,
        {{ json_item('discount_list', 'positions.number', 'id') }} as entry_id,
        {{ json_item('discount_list', 'positions.number', 'coupon') }} as coupon
    from discount_lists
    cross join positions
    where {{ json_item('discount_list', 'positions.number') }} is not null

),

written_discounts as (

    select
        coalesce(entry_id, case when left(entry, 1) <> '{' then entry end) as id,
        coalesce(
            {{ json_item('discount_list', 'position_number', 'coupon.id') }},
            {{ json_item('discount_list', 'position_number', 'source.coupon') }},
            case when left(coupon, 1) <> '{' then coupon end
        ) as coupon_id,
        customer_id,
        subscription_id,
        {{ json_item('discount_list', 'position_number', 'subscription_item') }}
            as subscription_item_id,
        cast(null as {{ dbt.type_string() }}) as type,
        cast(null as {{ dbt.type_string() }}) as type_id,
        {{ json_item('discount_list', 'position_number', 'invoice') }} as invoice_id,
        {{ json_item('discount_list', 'position_number', 'invoice_item') }} as invoice_item_id,
        {{ text_to_utc(json_item('discount_list', 'position_number', 'start')) }} as start_at,
        {{ text_to_utc(json_item('discount_list', 'position_number', 'end')) }} as end_at,
        false as _fivetran_deleted,
        cast(null as timestamp) as _fivetran_synced,
        {{ as_decimal(json_item('discount_list', 'position_number', 'coupon.percent_off')) }}
            as percent_off,
        {{ as_decimal(json_item('discount_list', 'position_number', 'coupon.amount_off')) }}
            as amount_off,
        {{ json_item('discount_list', 'position_number', 'coupon.currency') }} as currency,
        {{ json_item('discount_list', 'position_number', 'coupon.duration') }} as duration,
        {{ cast_or_null(
            json_item('discount_list', 'position_number', 'coupon.duration_in_months'), 'bigint'
        ) }} as duration_in_months,
        position_number
    from list_entries

),

distinct_written_discounts as (

    -- Both columns may have the same discount.
    select
        *,
        row_number() over (
            partition by subscription_id, customer_id, coalesce(id, coupon_id)
            order by
                case when coupon_id is null then 1 else 0 end, position_number, coupon_id, start_at
        ) as copy_number
    from written_discounts

),

coupons as (

    select * from landed_coupons
    union all
    select
        written.coupon_id as id,
        max(written.percent_off) as percent_off,
        max(written.amount_off) as amount_off,
        max(written.currency) as currency,
        max(written.duration) as duration,
        max(written.duration_in_months) as duration_in_months
    from written_discounts as written
    left join landed_coupons on written.coupon_id = landed_coupons.id
    where written.duration is not null and landed_coupons.id is null
    group by written.coupon_id

),

currencies as (select * from {{ ref('currencies') }}),

item_prices as (select * from {{ instance_rows(ref('base_stripe__item_prices'), system) }}),

subscriptions as (

    select distinct
        subscription_id,
        customer_id
    from {{ instance_rows(ref('base_stripe__subscription_versions'), system) }}

),

billing_intervals as (

    select
        subscription_id,
        max(currency) as currency,
        coalesce(max(interval_months), 1) as interval_months
    from item_prices
    group by subscription_id

),

discounts as (

    -- One discount may be in both tables. A discount of one invoice is no recurring one.
    select * from subscription_discounts
    where invoice_id is null and invoice_item_id is null
    union all
    select other_discounts.*
    from other_discounts
    left join subscription_discounts on other_discounts.id = subscription_discounts.id
    where
        subscription_discounts.id is null
        and other_discounts.invoice_id is null
        and other_discounts.invoice_item_id is null
    union all
    select
        written.id,
        written.coupon_id,
        written.customer_id,
        written.subscription_id,
        written.subscription_item_id,
        written.type,
        written.type_id,
        written.invoice_id,
        written.invoice_item_id,
        written.start_at,
        written.end_at,
        written._fivetran_deleted,
        written._fivetran_synced
    from distinct_written_discounts as written
    left join subscription_discounts on written.id = subscription_discounts.id
    left join other_discounts on written.id = other_discounts.id
    where
        written.copy_number = 1
        and written.invoice_id is null
        and written.invoice_item_id is null
        and subscription_discounts.id is null
        and other_discounts.id is null

),

discounts_by_subscription as (

    select
        discounts.*,
        discounts.subscription_id as discounted_id
    from discounts
    where discounts.subscription_id is not null
    union all
    -- That of the customer holds for subscriptions without one of their own.
    select
        discounts.*,
        subscriptions.subscription_id as discounted_id
    from discounts
    inner join subscriptions on discounts.customer_id = subscriptions.customer_id
    left join discounts as own_discounts
        on subscriptions.subscription_id = own_discounts.subscription_id
    where discounts.subscription_id is null and own_discounts.id is null

),

coupon_discounts as (

    select
        discounts.id as discount_id,
        discounts.discounted_id as subscription_id,
        coalesce(
            discounts.subscription_item_id,
            case when discounts.type = 'subscription_item' then discounts.type_id end
        ) as item_id,
        coupons.percent_off,
        case
            when upper(coupons.currency) = billing_intervals.currency
                then {{ stripe_units(
                    'coupons.amount_off', 'coupons.currency', 'currencies.minor_unit_digits',
                ) }}
        end as amount_off,
        discounts.start_at,
        discounts.end_at,
        case when discounts._fivetran_deleted then discounts._fivetran_synced end as removed_at,
        coalesce(billing_intervals.interval_months, 1) as interval_months,
        case coupons.duration
            when 'once' then 1
            when 'repeating' then coupons.duration_in_months
        end as month_count
    from discounts_by_subscription as discounts
    left join coupons on discounts.coupon_id = coupons.id
    left join currencies on upper(coupons.currency) = currencies.currency
    left join billing_intervals on discounts.discounted_id = billing_intervals.subscription_id
    where
        coupons.duration is null
        or lower(coupons.duration) in ({{ texts_var('stripe_recurring_coupons') }})

),

base_stripe__discounts as (

    -- A coupon for a number of months lowers every invoice that is made in them, to the end of the
    -- period that the invoice bills.
    select
        discount_id,
        subscription_id,
        item_id,
        percent_off,
        amount_off,
        coalesce(start_at, {{ start_of_time() }}) as starts_at,
        least(
            removed_at,
            case
                when month_count is null then coalesce(end_at, {{ end_of_time() }})
                when interval_months = 1
                    then coalesce(end_at, {{ add_months('start_at', 'month_count') }})
                else {{ add_months(
                    'start_at',
                    'ceil(' ~ as_double('month_count') ~ ' / interval_months) * interval_months'
                ) }}
            end,
            {{ end_of_time() }}
        ) as ends_at
    from coupon_discounts

)

select * from base_stripe__discounts
{% endcall %}
