{# Grain: one row per version of a subscription, and per change of its price or discounts within the
   version: an interval at one monthly amount. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('stripe', 'subscriptions') %}

with

versions as (select * from {{ instance_rows(ref('base_stripe__subscription_versions'), system) }}),

item_prices as (select * from {{ instance_rows(ref('base_stripe__item_prices'), system) }}),

discounts as (select * from {{ instance_rows(ref('base_stripe__discounts'), system) }}),

subscription_contents as (

    select
        subscription_id,
        bool_and(is_metered) as is_metered
    from item_prices
    group by subscription_id

),

lines as (

    {{ read_source(
        system, 'invoice_line_item',
        {
            'id': 'text', 'subscription_id': 'text', 'amount': 'decimal', 'quantity': 'bigint',
            'proration': 'boolean', 'period_start': 'timestamp', 'period_end': 'timestamp',
        },
        key=['id'], optional=true,
    ) }}

),

unreadable_lines as (

    -- What was billed in such a line is not known to the prices above.
    select
        subscription_id,
        'invoice_line_item.' || min(reason_detail) as reason_detail
    from lines
    where reason_code is null and reason_detail is not null
    group by subscription_id

),

moments as (

    {% for model, column in [
        ('item_prices', 'starts_at'), ('item_prices', 'ends_at'),
        ('discounts', 'starts_at'), ('discounts', 'ends_at'),
        ('versions', 'free_from'), ('versions', 'free_until'), ('versions', 'seen_from'),
    ] -%}
    select
        subscription_id,
        {{ column }} as moment
    from {{ model }} -- noqa: LT02
    {{ 'union distinct' if not loop.last }} -- noqa: LT02
    {% endfor %}

),

parts as (

    -- The amount of a subscription may change within a version.
    select
        *,
        starts_at as part_start,
        coalesce(starts_at, {{ utc_time(cutoff()) }}) as priced_at
    from versions
    union all
    select
        versions.*,
        moments.moment as part_start,
        moments.moment as priced_at
    from versions
    inner join moments on versions.subscription_id = moments.subscription_id
    where
        moments.moment > versions.starts_at
        and moments.moment < {{ or_end('versions.ends_at') }}
        and moments.moment < {{ utc_time(cutoff()) }}

),

part_discounts as (

    select
        parts.version_number,
        parts.priced_at,
        discounts.item_id,
        cast(case
            when max(discounts.percent_off) >= 100 then 0
            when count(discounts.percent_off) > 1
                then exp(sum(ln(greatest(1 - discounts.percent_off / 100, 0.000001))))
            else 1 - coalesce(max(discounts.percent_off), 0) / 100
        end as decimal(12, 8)) as kept_share,
        coalesce(sum(discounts.amount_off), 0) as amount_off,
        bool_or(discounts.percent_off is null and discounts.amount_off is null) as is_unknown
    from parts
    inner join discounts
        on
            parts.subscription_id = discounts.subscription_id
            and parts.priced_at >= discounts.starts_at
            and parts.priced_at < discounts.ends_at
    group by parts.version_number, parts.priced_at, discounts.item_id

),

part_items as (

    -- A version has the quantity of its time, if the subscription has one item.
    select
        parts.version_number,
        parts.priced_at,
        item_prices.*,
        case
            when item_prices.is_whole_amount then 1
            when
                count(*) over (partition by parts.version_number, parts.priced_at) = 1
                and (parts.priced_at >= parts.seen_from or not item_prices.is_billed)
                then coalesce(parts.quantity, item_prices.quantity, 1)
            else coalesce(item_prices.quantity, 1)
        end as quantity_then
    from parts
    inner join item_prices
        on
            parts.subscription_id = item_prices.subscription_id
            and parts.priced_at >= item_prices.starts_at
            and parts.priced_at < item_prices.ends_at
            and not item_prices.is_metered

),

part_sums as (

    select
        items.version_number,
        items.priced_at,
        min(items.plan) as plan,
        min(items.currency) as currency,
        min(items.quantity_then) as least_quantity,
        bool_or(
            coalesce(discounts.is_unknown, false) or coalesce(sum_discounts.is_unknown, false)
        ) as has_unknown_discount,
        cast(coalesce(max(sum_discounts.kept_share), 1) as decimal(19, 8)) as kept_share,
        min({{ stripe_month(
            1, 'coalesce(sum_discounts.amount_off, 0)',
            'items.yearly_periods', 'items.interval_count',
        ) }}) as amount_off,
        case
            when bool_and(items.unit_amount is not null and items.yearly_periods is not null)
                then sum(greatest(
                    {{ stripe_month(
                        'items.quantity_then', 'items.unit_amount',
                        'items.yearly_periods', 'items.interval_count',
                    ) }} * cast(coalesce(discounts.kept_share, 1) as decimal(19, 8))
                    - {{ stripe_month(
                        1, 'coalesce(discounts.amount_off, 0)',
                        'items.yearly_periods', 'items.interval_count',
                    ) }},
                    0
                ))
        end as monthly_amount
    from part_items as items
    left join part_discounts as discounts
        on
            items.version_number = discounts.version_number
            and items.priced_at = discounts.priced_at
            and items.item_id = discounts.item_id
    left join part_discounts as sum_discounts
        on
            items.version_number = sum_discounts.version_number
            and items.priced_at = sum_discounts.priced_at
            and sum_discounts.item_id is null
    group by items.version_number, items.priced_at

),

part_amounts as (

    select
        parts.*,
        sums.plan,
        sums.currency,
        {{ as_decimal('case'
            ~ ' when sums.monthly_amount * sums.kept_share < sums.amount_off then 0'
            ~ ' else sums.monthly_amount * sums.kept_share - sums.amount_off end') }}
            as monthly_amount,
        sums.has_unknown_discount,
        unreadable_lines.reason_detail as line_detail,
        case
            when parts.reason_code is not null then parts.reason_code
            when parts.state is null or (parts.state = 'canceled' and parts.ends_at is null)
                then 'missing_value'
            when parts.state not in (
                'incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'canceled',
                'unpaid', 'paused'
            ) then 'unknown_label'
            -- The last version of a subscription only says that it has ended.
            when parts.ends_at <= parts.starts_at then 'not_needed'
            when
                parts.part_start >= parts.free_from
                and parts.part_start < {{ or_end('parts.free_until') }}
                then 'not_needed'
            when contents.subscription_id is null then 'unknown_reference'
            when contents.is_metered then 'metered_use'
            when sums.version_number is null then 'not_needed'
            when sums.least_quantity < 0 then 'impossible_amount'
            when sums.monthly_amount is null then 'missing_amount'
            when parts.part_start is null then 'missing_value'
        end as part_reason
    from parts
    left join subscription_contents as contents
        on parts.subscription_id = contents.subscription_id
    left join part_sums as sums
        on
            parts.version_number = sums.version_number
            and parts.priced_at = sums.priced_at
    left join unreadable_lines on parts.subscription_id = unreadable_lines.subscription_id

),

compared_parts as (

    select
        *,
        coalesce(
            monthly_amount = lag(monthly_amount) over by_time
            and plan = lag(plan) over by_time
            and part_reason is null
            and lag(part_reason) over by_time is null,
            false
        ) as is_same
    from part_amounts
    window by_time as (partition by version_number order by part_start)

),

dated_parts as (

    -- The first part that was paid for stands for the version.
    select
        *,
        lead(part_start) over (partition by version_number order by part_start) as next_start,
        row_number() over (
            partition by version_number
            order by case when part_reason is null then 0 else 1 end, part_start
        ) as part_number
    from compared_parts
    where not is_same

),

stg_stripe__subscriptions as (

    select
        subscription_id,
        customer_id as customer_record_id,
        plan,
        monthly_amount,
        currency,
        end_reason,
        part_start as started_at,
        coalesce(next_start, ends_at) as ended_at,
        case when part_number = 1 then source_table else source_table || '.change' end
            as source_table,
        case
            when part_number = 1 then source_key
            else source_key || '|' || cast(part_start as {{ dbt.type_string() }})
        end as source_key,
        loaded_at,
        deleted_at,
        part_reason as reason_code,
        coalesce(
            reason_detail,
            case
                when part_reason is null and has_unknown_discount then 'coupon_id'
                when part_reason is null then line_detail
                when part_reason = 'missing_value' and state is null then 'status'
                when part_reason = 'missing_value' then 'ended_at'
            end
        ) as reason_detail,
        row_json
    from dated_parts
    where part_number = 1 or part_reason is null or part_reason like '%_amount'

)

select * from stg_stripe__subscriptions
{% endcall %}
