{# Grain: one row a customer: an account that was won or pays, or a win without a known account. #}
with

journeys as (select * from {{ ref('fct_journeys') }} where has_win),

deals as (select * from {{ ref('int_opportunities_described') }} where outcome = 'won'),

movements as (select * from {{ ref('fct_mrr_movements') }}),

payments as (select * from {{ ref('fct_payments') }}),

accounts as (select * from {{ ref('dim_accounts') }}),

first_wins as (

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

bought as (

    select
        coalesce(account_key, journey_key) as customer_key,
        {%- for business in ['new', 'expansion', 'renewal'] %}
        sum(case when business = '{{ business }}' then won_amount else 0 end)
            as {{ business }}_amount,
        {%- endfor %}
        count(*) as won_count
    from deals
    group by coalesce(account_key, journey_key)

),

recurring as (

    select
        account_key as customer_key,
        min(movement_month) as first_month,
        {{ last_by('closing_amount', 'movement_month') }} as mrr_amount,
        sum(closing_amount) as mrr_month_amount,
        count(case when closing_amount > 0 then 1 end) as paying_month_count,
        count(case when opening_amount > 0 then 1 end) as at_risk_month_count,
        count(case when churn_amount > 0 then 1 end) as churn_count
    from movements
    group by account_key

),

paid as (

    select
        account_key as customer_key,
        sum(amount) as paid_amount
    from payments
    group by account_key

),

customers as (

    select customer_key from first_wins
    union distinct
    select customer_key from recurring

),

int_customers_aggregated as (

    select
        customers.customer_key,
        first_wins.journey_key,
        journeys.owner_key,
        coalesce(accounts.funnel, journeys.funnel, 'unknown') as funnel,
        coalesce(journeys.first_channel, 'unknown') as channel,
        {{ segment_of('accounts') }} as segment,
        coalesce(bought.won_count, 0) as won_count,
        {%- for business in ['new', 'expansion', 'renewal'] %}
        cast(coalesce(bought.{{ business }}_amount, 0) as decimal(18, 2))
            as {{ business }}_amount,
        {%- endfor %}
        cast(coalesce(paid.paid_amount, 0) as decimal(18, 2)) as paid_amount,
        cast(coalesce(recurring.mrr_amount, 0) as decimal(18, 2)) as mrr_amount,
        cast(coalesce(recurring.mrr_month_amount, 0) as decimal(18, 2)) as mrr_month_amount,
        coalesce(recurring.paying_month_count, 0) as paying_month_count,
        coalesce(recurring.at_risk_month_count, 0) as at_risk_month_count,
        coalesce(recurring.churn_count, 0) as churn_count,
        {{ days_between('journeys.started_at', 'journeys.win_at') }} as wait_days,
        first_wins.journey_key is not null as is_won,
        recurring.first_month as first_mrr_month,
        journeys.started_at,
        journeys.win_at as customer_at
    from customers
    left join first_wins on customers.customer_key = first_wins.customer_key
    left join journeys on first_wins.journey_key = journeys.journey_key
    left join accounts on customers.customer_key = accounts.account_key
    left join bought on customers.customer_key = bought.customer_key
    left join recurring on customers.customer_key = recurring.customer_key
    left join paid on customers.customer_key = paid.customer_key

)

select * from int_customers_aggregated
