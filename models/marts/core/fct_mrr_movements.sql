{# Grain: one row per account and month in which it had recurring revenue at the start or the end.
   MRR at both ends, and the movement between them. #}
{%- set contract_months = int_var('contract_months') -%}
with

subscriptions as ({{ usable_rows(ref('int_subscriptions_rows_checked')) }}),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

paid_intervals as (

    -- A price of zero is no recurring revenue.
    select
        companies.account_key,
        subscriptions.currency,
        subscriptions.monthly_amount,
        subscriptions.started_at,
        subscriptions.ended_at,
        min(subscriptions.started_at) over (
            partition by companies.account_key, subscriptions.currency
        ) as first_started_at
    from subscriptions
    inner join companies on subscriptions.company_key = companies.company_key
    where subscriptions.monthly_amount > 0

),

subscription_intervals as (

    -- One rate per account and currency, that of the first day: a moving rate is no movement of
    -- revenue.
    select
        paid_intervals.account_key,
        {{ in_reporting_currency('paid_intervals.monthly_amount', 'rates.rate') }}
            as monthly_amount,
        paid_intervals.started_at,
        paid_intervals.ended_at
    from paid_intervals
    inner join rates
        on
            {{ rate_applies(
                'rates', 'paid_intervals.currency', 'paid_intervals.first_started_at'
            ) }}

),

months as (

    {{ month_spine('(select min(started_at) from subscription_intervals)', cutoff()) }}

),

month_ends as (

    select
        subscription_intervals.account_key,
        months.month_start,
        months.next_month_start,
        sum(subscription_intervals.monthly_amount) as closing_amount
    from subscription_intervals
    inner join months
        on
            subscription_intervals.started_at < months.next_month_start
            and (
                subscription_intervals.ended_at >= months.next_month_start
                or subscription_intervals.ended_at is null
            )
    group by subscription_intervals.account_key, months.month_start, months.next_month_start

),

month_balances as (

    -- What one month closes with, the next one opens with.
    select
        account_key,
        month_start,
        0 as opening_amount,
        closing_amount
    from month_ends
    union all
    select
        account_key,
        next_month_start as month_start,
        closing_amount as opening_amount,
        0 as closing_amount
    from month_ends
    where next_month_start < {{ cutoff() }}

),

account_months as (

    select
        account_key,
        month_start,
        cast(sum(opening_amount) as decimal(18, 2)) as opening_amount,
        cast(sum(closing_amount) as decimal(18, 2)) as closing_amount,
        min(month_start) over (partition by account_key) as first_month
    from month_balances
    group by account_key, month_start

),

account_movements as (

    select
        *,
        closing_amount - opening_amount as change_amount,
        case
            when opening_amount = 0 and month_start = first_month then 'new'
            when opening_amount = 0 then 'reactivation'
            when closing_amount = 0 then 'churn'
            when opening_amount > 0 and closing_amount > opening_amount then 'expansion'
            when closing_amount > 0 and closing_amount < opening_amount then 'contraction'
        end as movement
    from account_months

),

contract_movements as (

    -- A customer who comes back begins a new contract.
    select
        *,
        max(case when opening_amount = 0 then month_start end) over (
            partition by account_key order by month_start
            rows between unbounded preceding and current row
        ) as contract_start
    from account_movements

),

contract_months as (

    -- A contract ends in the month of age contract_months. Who leaves in the month after it has not
    -- renewed: billing ended late.
    select
        *,
        row_number() over (
            partition by account_key, contract_start order by month_start
        ) - 1
        {%- if contract_months | int > 1 %}
        - case
            when movement = 'churn' and contract_start < {{ add_months('month_start', '-1') }}
                then 1
            else 0
        end
        {%- endif %} as contract_age
    from contract_movements

),

fct_mrr_movements as (

    select
        {{ key_of(['account_key', 'month_start']) }} as mrr_movement_key,
        account_key,
        opening_amount,
        cast(case when movement = 'new' then change_amount else 0 end as decimal(18, 2))
            as new_amount,
        cast(case when movement = 'reactivation' then change_amount else 0 end as decimal(18, 2))
            as reactivation_amount,
        cast(case when movement = 'expansion' then change_amount else 0 end as decimal(18, 2))
            as expansion_amount,
        cast(case when movement = 'contraction' then -change_amount else 0 end as decimal(18, 2))
            as contraction_amount,
        cast(case when movement = 'churn' then -change_amount else 0 end as decimal(18, 2))
            as churn_amount,
        closing_amount,
        cast(ceil({{ as_double('contract_age') }} / {{ contract_months }}) as bigint)
            as term_number,
        cast(contract_start as date) as contract_month,
        cast(month_start as date) as movement_month
    from contract_months

)

select * from fct_mrr_movements
