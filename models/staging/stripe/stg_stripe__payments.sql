{# Grain: one row per charge and refund. #}
{{ config(enabled=provides(model.name)) }}

with

charges as (

    {{ read_source(
        'stripe', 'charge',
        {
            'id': 'text', 'customer_id': 'text', 'amount': 'decimal', 'currency': 'text',
            'status': 'text', 'paid': 'boolean', 'captured': 'boolean',
            'livemode': 'boolean', 'created': 'timestamp',
        },
        key=['id'],
        needs=['amount', 'created'],
    ) }}

),

refunds as (

    {{ read_source(
        'stripe', 'refund',
        {
            'id': 'text', 'charge_id': 'text', 'amount': 'decimal', 'currency': 'text',
            'status': 'text', 'created': 'timestamp',
        },
        key=['id'],
        needs=['amount', 'created'],
        optional=true,
    ) }}

),

currencies as (select * from {{ ref('currencies') }}),

charge_customers as (

    select
        id,
        max(customer_id) as customer_id,
        min(case when livemode then 1 else 0 end) as livemode
    from charges
    group by id

),

movements as (

    select
        id,
        customer_id,
        amount,
        currency,
        'payment' as kind,
        created,
        -- A charge that failed, or only reserved the money, is no payment.
        {{ row_origin("
            case
                when not coalesce(livemode, true) then 'test_mode'
                when coalesce(status, case when paid then 'succeeded' end, '') <> 'succeeded'
                    or not coalesce(captured, true)
                    then 'not_needed'
                when customer_id is null then 'missing_value'
            end
        ") }}
    from charges
    union all
    select
        refunds.id,
        charge_customers.customer_id,
        refunds.amount,
        refunds.currency,
        'refund' as kind,
        refunds.created,
        {{ row_origin("
            case
                when charge_customers.livemode = 0 then 'test_mode'
                when coalesce(refunds.status, 'succeeded') <> 'succeeded' then 'not_needed'
                when charge_customers.id is null then 'unknown_reference'
                when charge_customers.customer_id is null then 'missing_value'
            end
        ", of='refunds') }}
    from refunds
    left join charge_customers on refunds.charge_id = charge_customers.id

),

stg_stripe__payments as (

    select
        movements.id as payment_id,
        movements.customer_id as customer_record_id,
        abs({{ stripe_units(
            'movements.amount', 'movements.currency', 'currencies.minor_unit_digits',
        ) }}) as amount,
        upper(movements.currency) as currency,
        movements.kind,
        movements.created as paid_at,
        {{ row_origin(of='movements') }}
    from movements
    left join currencies on upper(movements.currency) = currencies.currency

)

select * from stg_stripe__payments
