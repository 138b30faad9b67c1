{# Grain: one row per version of a subscription: an interval at one price. #}
{{ config(enabled=provides(model.name)) }}

{%- set has_history = has_landed('stripe', 'subscription_history') %}

with

versions as (

    {{ read_source(
        'stripe', 'subscription_history' if has_history else 'subscription',
        {
            'id': 'text', 'customer_id': 'text', 'status': 'text', 'livemode': 'boolean',
            'quantity': 'bigint', 'cancellation_details_reason': 'text',
            'created': 'timestamp', 'start_date': 'timestamp', 'trial_end': 'timestamp',
            'canceled_at': 'timestamp', 'ended_at': 'timestamp',
            '_fivetran_start': 'timestamp', '_fivetran_end': 'timestamp',
        },
        key=['id'],
        needs=['customer_id'],
        apart=['_fivetran_start'],
        history=has_history,
    ) }}

),

contents as (select * from {{ ref('base_stripe__subscription_amounts') }}),

version_starts as (

    select distinct
        id,
        _fivetran_start
    from versions
    where _fivetran_start is not null

),

next_starts as (

    select
        *,
        lead(_fivetran_start) over (partition by id order by _fivetran_start) as next_start
    from version_starts

),

versions_without_gaps as (

    -- Connectors end a version one millisecond before the next one begins: there is no gap.
    select
        versions.*,
        case
            when
                versions._fivetran_end >= {{ dbt.dateadd('second', -1, 'next_starts.next_start') }}
                and versions._fivetran_end < next_starts.next_start
                then next_starts.next_start
            when versions._fivetran_end < cast('2050-01-01' as timestamp)
                then versions._fivetran_end
        end as version_end
    from versions
    left join next_starts
        on
            versions.id = next_starts.id
            and versions._fivetran_start = next_starts._fivetran_start

),

intervals as (

    select
        *,
        -- The first version begins with the subscription, however late it was first seen.
        case
            when rank() over (partition by id order by _fivetran_start nulls first) = 1
                then least(
                    _fivetran_start,
                    greatest(coalesce(start_date, created), trial_end)
                )
            else _fivetran_start
        end as interval_start,
        least(
            version_end,
            coalesce(ended_at, case when status = 'canceled' then canceled_at end)
        ) as interval_end
    from versions_without_gaps

),

stg_stripe__subscriptions as (

    select
        intervals.id as subscription_id,
        intervals.customer_id as customer_record_id,
        contents.plan,
        -- Only the subscription keeps earlier quantities, and only where it has one item.
        cast(
            case
                when contents.item_count = 1 and intervals.quantity is not null
                    then {{ stripe_month(
                        'intervals.quantity', 'contents.unit_amount',
                        'contents.yearly_periods', 'contents.interval_count',
                    ) }}
                else contents.monthly_amount
            end as decimal(18, 4)
        ) as monthly_amount,
        contents.currency,
        intervals.cancellation_details_reason as end_reason,
        intervals.interval_start as started_at,
        intervals.interval_end as ended_at,
        -- A trial, a start that was never paid and a pause bring no revenue; neither does
        -- the last version of a subscription, which only says that it has ended.
        {{ row_origin("
            case
                when not coalesce(intervals.livemode, true) then 'test_mode'
                when intervals.status in ('incomplete', 'incomplete_expired', 'trialing', 'paused')
                    then 'not_needed'
                when intervals.interval_end <= intervals.interval_start then 'not_needed'
                when contents.subscription_id is null then 'unknown_reference'
                when contents.monthly_amount is null or intervals.interval_start is null
                    then 'missing_value'
            end
        ", of='intervals') }}
    from intervals
    left join contents on intervals.id = contents.subscription_id

)

select * from stg_stripe__subscriptions
