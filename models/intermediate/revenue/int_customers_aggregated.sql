{# Grain: one row per customer: an account that was won or pays, or the journey of a win without a
   known account. What each customer has bought, paid and pays now. #}
{%- set contract_months = int_var('contract_months') -%}
with

journeys as (select * from {{ ref('fct_journeys') }} where has_win),

opportunities as (select * from {{ ref('dim_opportunities') }} where outcome = 'won'),

mrr_movements as (select * from {{ ref('fct_mrr_movements') }}),

payments as (select * from {{ ref('fct_payments') }}),

accounts as (select * from {{ ref('dim_accounts') }}),

first_won_journeys as (

    -- An account that several journeys won belongs to the first of them.
    select
        coalesce(account_key, journey_key) as customer_key,
        {{ first_by(
            'journey_key',
            "row(coalesce(win_at, " ~ end_of_time() ~ "), journey_key)"
        ) }} as journey_key
    from journeys
    group by coalesce(account_key, journey_key)

),

customer_bookings as (

    select
        coalesce(account_key, journey_key) as customer_key,
        count(*) as won_count,
        sum(case when revenue_type = 'new' then won_amount else 0 end) as new_amount,
        sum(case when revenue_type = 'expansion' then won_amount else 0 end) as expansion_amount,
        sum(case when revenue_type = 'renewal' then won_amount else 0 end) as renewal_amount,
        count(case when revenue_type = 'renewal' then 1 end) as renewal_count,
        min(case when revenue_type = 'renewal' then closed_at end) as first_renewed_at,
        max(case when revenue_type = 'renewal' then closed_at end) as last_renewed_at,
        {{ last_by(
            'won_amount',
            oldest(
                "case when revenue_type in ('new', 'renewal') then won_amount end",
                'closed_at, opportunity_key'
            )
        ) }} as contract_amount
    from opportunities
    group by coalesce(account_key, journey_key)

),

customer_mrr as (

    select
        account_key as customer_key,
        min(movement_month) as first_mrr_month,
        {{ last_by('closing_amount', 'movement_month') }} as mrr_amount,
        sum(closing_amount) as mrr_month_amount,
        count(case when closing_amount > 0 then 1 end) as paying_month_count,
        count(case when churn_amount > 0 then 1 end) as churn_count
    from mrr_movements
    group by account_key

),

contract_terms as (

    select
        account_key as customer_key,
        contract_month,
        term_number,
        count(*) as month_count,
        max(case when churn_amount > 0 then 1 else 0 end) as churn_count
    from mrr_movements
    where term_number > 0
    group by account_key, contract_month, term_number

),

customer_terms as (

    -- Only terms whose end is over: until then a customer can leave, and cannot yet renew.
    select
        customer_key,
        count(*) as term_count,
        sum(month_count) as term_month_count,
        sum(churn_count) as term_churn_count
    from contract_terms
    where
        {{ add_months(
            'cast(contract_month as timestamp)', 'term_number * ' ~ contract_months ~ ' + 1'
        ) }} <= {{ cutoff() }}
    group by customer_key

),

customer_payments as (

    select
        account_key as customer_key,
        sum(amount) as paid_amount
    from payments
    group by account_key

),

customers as (

    select customer_key from first_won_journeys
    union distinct
    select customer_key from customer_mrr

),

contract_numbers as (

    -- A renewal that is signed before the contract ends begins when it ends, so contracts are
    -- counted from the win. Of renewals that no system recorded, later ones show that they were.
    -- Where no system recorded the win, the first renewal begins the first contract known.
    select
        first_won_journeys.customer_key,
        coalesce(journeys.win_at, customer_bookings.first_renewed_at) as first_contract_at,
        greatest(
            coalesce(customer_bookings.renewal_count, 0)
            - case when journeys.win_at is null then 1 else 0 end,
            coalesce(cast(round(
                {{ whole_days(
                    'coalesce(journeys.win_at, customer_bookings.first_renewed_at)',
                    'customer_bookings.last_renewed_at'
                ) }}
                / (30.4375 * {{ contract_months }})
            ) as integer), 0)
        ) as renewed_count
    from first_won_journeys
    inner join journeys on first_won_journeys.journey_key = journeys.journey_key
    left join customer_bookings
        on first_won_journeys.customer_key = customer_bookings.customer_key

),

int_customers_aggregated as (

    select
        customers.customer_key,
        first_won_journeys.journey_key,
        journeys.latest_opportunity_owner_key,
        coalesce(accounts.funnel, journeys.funnel, 'unknown') as funnel,
        coalesce(journeys.first_channel, 'unknown') as channel,
        {{ segment_of('accounts') }} as segment,
        coalesce(customer_bookings.won_count, 0) as won_count,
        cast(coalesce(customer_bookings.new_amount, 0) as decimal(18, 2)) as new_amount,
        cast(coalesce(customer_bookings.expansion_amount, 0) as decimal(18, 2)) as expansion_amount,
        cast(coalesce(customer_bookings.renewal_amount, 0) as decimal(18, 2)) as renewal_amount,
        cast(customer_bookings.contract_amount as decimal(18, 2)) as contract_amount,
        cast(coalesce(customer_payments.paid_amount, 0) as decimal(18, 2)) as paid_amount,
        cast(coalesce(customer_mrr.mrr_amount, 0) as decimal(18, 2)) as mrr_amount,
        cast(coalesce(customer_mrr.mrr_month_amount, 0) as decimal(18, 2)) as mrr_month_amount,
        coalesce(customer_mrr.paying_month_count, 0) as paying_month_count,
        coalesce(customer_mrr.churn_count, 0) as churn_count,
        coalesce(customer_terms.term_count, 0) as term_count,
        cast(coalesce(customer_terms.term_month_count, 0) as bigint) as term_month_count,
        cast(coalesce(customer_terms.term_churn_count, 0) as bigint) as term_churn_count,
        {{ days_between('journeys.started_at', 'journeys.win_at') }} as wait_days,
        first_won_journeys.journey_key is not null as is_won,
        customer_mrr.first_mrr_month,
        journeys.started_at,
        journeys.win_at,
        {{ add_months(
            'contract_numbers.first_contract_at',
            'contract_numbers.renewed_count * ' ~ contract_months
        ) }} as contract_started_at,
        {{ add_months(
            'contract_numbers.first_contract_at',
            '(contract_numbers.renewed_count + 1) * ' ~ contract_months
        ) }} as contract_ends_at
    from customers
    left join first_won_journeys on customers.customer_key = first_won_journeys.customer_key
    left join journeys on first_won_journeys.journey_key = journeys.journey_key
    left join accounts on customers.customer_key = accounts.account_key
    left join contract_numbers on customers.customer_key = contract_numbers.customer_key
    left join customer_bookings on customers.customer_key = customer_bookings.customer_key
    left join customer_mrr on customers.customer_key = customer_mrr.customer_key
    left join customer_terms on customers.customer_key = customer_terms.customer_key
    left join customer_payments on customers.customer_key = customer_payments.customer_key

)

select * from int_customers_aggregated
