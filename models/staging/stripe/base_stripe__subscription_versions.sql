{# Grain: one row per landed version of a subscription, or per subscription where the connector
   keeps none: from when to when it was paid for. #}
{{ config(enabled=provides('stg_stripe__subscriptions')) }}
{% call(system) each_instance('stripe', 'subscriptions') %}

{%- set has_history = has_landed(system, 'subscription_history') %}

with

versions as (

    {{ read_source(
        system, 'subscription_history' if has_history else 'subscription',
        {
            'id': 'text', 'customer_id': 'text', 'status': 'text', 'livemode': 'boolean',
            'quantity': 'bigint', 'cancellation_details_reason': 'text',
            'cancellation_details_feedback': 'text',
            'pause_collection_behavior': 'text', 'created': 'timestamp',
            'start_date': 'timestamp', 'trial_start': 'timestamp', 'trial_end': 'timestamp',
            'current_period_start': 'timestamp', 'canceled_at': 'timestamp',
            'ended_at': 'timestamp', '_fivetran_start': 'timestamp', '_fivetran_end': 'timestamp',
        },
        key=['id'],
        needs=['customer_id'],
        secondary=[
            'trial_start', 'trial_end', 'current_period_start', 'canceled_at', 'ended_at',
        ],
        apart=['_fivetran_start'],
        history=has_history,
    ) }}

),

payments as (

    select
        subscription_id,
        max(paid_until) as paid_until
    from {{ instance_rows(ref('base_stripe__billed_prices'), system) }}
    group by subscription_id

),

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

    -- Connectors end a version one millisecond before the next one begins: there is no gap. Of two
    -- that overlap (both are marked as active) the earlier one ends when the later one begins.
    select
        versions.*,
        lower(versions.status) as state,
        payments.paid_until,
        coalesce(versions.start_date, versions.created) as begins_at,
        versions.trial_start
        >= {{ add_days('coalesce(versions.start_date, versions.created)', 1) }} as has_later_trial,
        rank() over (partition by versions.id order by versions._fivetran_start nulls first) = 1
            as is_first,
        case
            when
                {{ or_end('versions._fivetran_end') }}
                >= {{ dbt.dateadd('second', -1, 'next_starts.next_start') }}
                then next_starts.next_start
            when versions._fivetran_end < cast('2050-01-01' as timestamp)
                then versions._fivetran_end
        end as version_end
    from versions
    left join next_starts
        on
            versions.id = next_starts.id
            and versions._fivetran_start = next_starts._fivetran_start
    left join payments on versions.id = payments.subscription_id

),

states as (

    select
        *,
        state in ({{ texts_var('stripe_revenue_statuses') }}, 'canceled')
        and coalesce(lower(pause_collection_behavior), '') not in ('void', 'mark_uncollectible')
            as brings_revenue,
        -- The first version begins with the subscription, however late it was first seen.
        case
            when not is_first then _fivetran_start
            when has_later_trial or state = 'trialing' then least(_fivetran_start, begins_at)
            else least(_fivetran_start, greatest(begins_at, trial_end))
        end as starts_at,
        coalesce(
            ended_at,
            case
                when state = 'canceled'
                    then coalesce(
                        canceled_at, case when is_first then paid_until else _fivetran_start end
                    )
            end
        ) as stopped_at
    from versions_without_gaps

),

free_times as (

    -- Before the first version was seen, the subscription may have been paid for although it is not
    -- now; and what was paid for may have been free for a while.
    select
        *,
        case
            when brings_revenue and has_later_trial and is_first then trial_start
            when brings_revenue then null
            when not is_first or state like 'incomplete%' then starts_at
            when state = 'trialing' and trial_start is not null
                then case when has_later_trial then trial_start else starts_at end
            else least(_fivetran_start, coalesce(
                paid_until,
                case when has_later_trial then trial_start end,
                current_period_start,
                starts_at
            ))
        end as free_from,
        case when brings_revenue then least(_fivetran_start, trial_end) end as free_until
    from states

),

base_stripe__subscription_versions as (

    select
        row_number() over (
            order by id, starts_at nulls first, source_key, loaded_at, row_json
        ) as version_number,
        id as subscription_id,
        customer_id,
        state,
        quantity,
        -- Only the version after the end has the reason. What the customer chose says more than
        -- that it was the customer who cancelled.
        max(coalesce(cancellation_details_feedback, cancellation_details_reason))
            over (partition by id)
            as end_reason,
        coalesce(_fivetran_start, {{ end_of_time() if not has_history else start_of_time() }})
            as seen_from,
        starts_at,
        least(version_end, stopped_at) as ends_at,
        free_from,
        free_until,
        {{ row_origin("case when not coalesce(livemode, true) then 'test_mode' end") }}
    from free_times

)

select * from base_stripe__subscription_versions
{% endcall %}
