{# Grain: one row per charge, refund and dispute. #}
{{ config(enabled=provides(model.name)) }}
{% call(system) each_instance('stripe', 'payments') %}
{%- set return_columns = {
    'id': 'text', 'charge_id': 'text', 'payment_intent_id': 'text', 'amount': 'decimal',
    'currency': 'text', 'status': 'text', 'created': 'timestamp',
} %}

with

charges as (

    {{ read_source(
        system, 'charge',
        {
            'id': 'text', 'customer_id': 'text', 'payment_intent_id': 'text',
            'amount': 'decimal', 'currency': 'text', 'status': 'text', 'paid': 'boolean',
            'captured': 'boolean', 'failure_code': 'text', 'livemode': 'boolean',
            'created': 'timestamp',
        },
        key=['id'],
        needs=['amount', 'created'],
    ) }}

),

refunds as (

    {{ read_source(
        system, 'refund', return_columns,
        key=['id'], needs=['amount', 'created'], optional=true,
    ) }}

),

disputes as (

    {{ read_source(
        system, 'dispute', return_columns,
        key=['id'], needs=['amount', 'created'], optional=true,
    ) }}

),

currencies as (select * from {{ ref('currencies') }}),

judged_charges as (

    -- A charge that failed, or only reserved the money, is no payment; one that does not say so is
    -- unknown.
    select
        *,
        case
            when reason_code is not null then reason_code
            when not coalesce(livemode, true) then 'test_mode'
            when lower(status) not in ('succeeded', 'pending', 'failed') then 'unknown_label'
            when lower(coalesce(status, 'succeeded')) != 'succeeded' then 'not_needed'
            when status is null and (not paid or failure_code is not null) then 'not_needed'
            when not coalesce(captured, true) then 'not_needed'
            when status is null and paid is null then 'missing_value'
            when customer_id is null then 'missing_value'
        end as charge_reason
    from charges

),

charge_copies as (

    select
        *,
        row_number() over (
            partition by id order by charge_reason asc nulls first, created desc
        ) as copy_number,
        row_number() over (
            partition by payment_intent_id order by charge_reason asc nulls first, created desc
        ) as attempt_number
    from judged_charges

),

returns as (

    select
        'refund' as kind,
        coalesce(lower(refunds.status), 'succeeded') = 'succeeded' as is_final,
        coalesce(lower(refunds.status), 'succeeded') in (
            'succeeded', 'pending', 'requires_action', 'failed', 'canceled'
        ) as has_known_status,
        refunds.*
    from refunds
    union all
    select
        'dispute' as kind,
        lower(disputes.status) = 'lost' as is_final,
        coalesce(lower(disputes.status), 'lost') in (
            'warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response',
            'under_review', 'charge_refunded', 'prevented', 'won', 'lost'
        ) as has_known_status,
        disputes.*
    from disputes

),

charge_returns as (

    -- A refund may name the payment intent alone: it belongs to the attempt that was paid.
    select
        returns.*,
        charges.id as paid_charge_id,
        charges.customer_id,
        charges.charge_reason,
        charges.livemode,
        charges.created as originally_paid_at,
        charges.amount - sum(
            case when returns.is_final and returns.reason_code is null then returns.amount end
        ) over (
            partition by charges.id, returns.kind order by returns.created, returns.id
        ) as left_amount
    from returns
    left join charge_copies as charges
        on
            coalesce(returns.charge_id, returns.payment_intent_id)
            = case
                when returns.charge_id is not null then charges.id else charges.payment_intent_id
            end
            and case
                when returns.charge_id is not null then charges.copy_number
                else charges.attempt_number
            end = 1

),

movements as (

    select
        id,
        customer_id,
        amount,
        currency,
        'payment' as kind,
        created,
        cast(null as timestamp) as originally_paid_at,
        source_table,
        source_key,
        loaded_at,
        deleted_at,
        charge_reason as reason_code,
        coalesce(reason_detail, case
            when coalesce(charge_reason, '') != 'missing_value' or reason_code is not null then null
            when status is null and paid is null then 'status'
            else 'customer_id'
        end) as reason_detail,
        row_json
    from judged_charges
    union all
    select
        id,
        customer_id,
        amount,
        currency,
        kind,
        created,
        originally_paid_at,
        -- What was not paid in the first place cannot be returned.
        {{ row_origin("
            case
                when livemode = false then 'test_mode'
                when is_final is null then 'missing_value'
                when not has_known_status then 'unknown_label'
                when not is_final or charge_reason = 'not_needed' then 'not_needed'
                when paid_charge_id is null or charge_reason = 'unknown_label'
                    then 'unknown_reference'
                when customer_id is null then 'missing_value'
                when left_amount < 0 then 'impossible_amount'
            end
        ") }}
    from charge_returns

),

stg_stripe__payments as (

    select
        movements.id as payment_id,
        movements.customer_id as customer_record_id,
        {{ stripe_units(
            'movements.amount', 'movements.currency', 'currencies.minor_unit_digits',
        ) }} as amount,
        upper(movements.currency) as currency,
        movements.kind,
        movements.created as paid_at,
        movements.originally_paid_at,
        {{ row_origin(of='movements') }}
    from movements
    left join currencies on upper(movements.currency) = currencies.currency

)

select * from stg_stripe__payments
{% endcall %}
