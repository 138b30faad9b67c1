{# Grain: one row per version of a subscription: from when to when it was paid for, and how much per month. Coupons
   are not taken off, as the tables do not say for how long they hold. #}
with

plans as (

    select *
    from {{ source('recurly', 'plan_history') }}
    qualify row_number() over (partition by id order by updated_at desc) = 1

),

versions as (

    select
        *,
        row_number() over (partition by id order by updated_at) = 1 as is_first,
        lead(updated_at) over (partition by id order by updated_at) as next_updated_at,
        cast(to_json(landed) as varchar) as row_json
    from {{ source('recurly', 'subscription_history') }} as landed

),

paid_intervals as (

    -- The first version begins with the subscription, however late it was seen; a trial is free. One that is
    -- cancelled goes on until it expires.
    select
        versions.*,
        plans.name as plan_name,
        greatest(
            case when is_first then coalesce(activated_at, versions.created_at) else versions.updated_at end,
            trial_ends_at
        ) as starts_at,
        least(next_updated_at, expires_at) as ends_at,
        case plans.interval_unit
            when 'months' then plans.interval_length
            when 'weeks' then plans.interval_length * 7 / 30.4375
            when 'days' then plans.interval_length / 30.4375
        end as plan_months
    from versions
    left join plans on versions.plan_id = plans.id

),

stg_recurly__subscriptions as (

    select
        id as subscription_id,
        account_id as customer_record_id,
        plan_name as plan,
        cast(
            (unit_amount * coalesce(quantity, 1) + coalesce(add_ons_total, 0)) / plan_months
            as decimal(18, 4)
        ) as monthly_amount,
        currency,
        case when expires_at = ends_at then expiration_reason end as end_reason,
        starts_at as started_at,
        ends_at as ended_at,
        'subscription_history' as source_table,
        id || '|' || cast(updated_at as varchar) as source_key,
        _fivetran_synced as loaded_at,
        case
            when state not in ('active', 'canceled') or ends_at <= starts_at then 'not_needed'
            when plan_months is null or unit_amount is null then 'missing_amount'
        end as reason_code,
        row_json
    from paid_intervals

)

select * from stg_recurly__subscriptions
