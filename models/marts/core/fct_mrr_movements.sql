{# Grain: one row an account and month in which it had recurring revenue at the start or at the end. #}
with

subscriptions as (

    select * from {{ ref('int_subscriptions_unioned') }} where reason_code is null

),

companies as (select * from {{ ref('int_companies_resolved') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

spells as (

    -- One rate a spell, that of its first day, so that a moving rate is no movement of revenue.
    select
        companies.account_key,
        {{ at_rate('subscriptions.monthly_amount') }} as monthly_amount,
        subscriptions.started_at,
        subscriptions.ended_at
    from subscriptions
    inner join companies on subscriptions.company_key = companies.company_key
    inner join rates
        on
            {{ rate_holds('subscriptions.currency', 'subscriptions.started_at') }}

),

months as (

    {{ month_spine('(select min(started_at) from spells)', cutoff()) }}

),

month_ends as (

    select
        account_key,
        months.month_start,
        months.next_month_start,
        sum(spells.monthly_amount) as closing_amount
    from spells
    inner join months
        on
            spells.started_at < months.next_month_start
            and (spells.ended_at >= months.next_month_start or spells.ended_at is null)
    group by account_key, months.month_start, months.next_month_start

),

first_months as (

    select
        account_key,
        min(month_start) as first_month
    from month_ends
    group by account_key

),

balances as (

    select
        account_key,
        month_start,
        cast(sum(opening_amount) as decimal(18, 2)) as opening_amount,
        cast(sum(closing_amount) as decimal(18, 2)) as closing_amount
    from (
        select
            account_key,
            month_start,
            0 as opening_amount,
            closing_amount
        from month_ends
        union all
        select
            account_key,
            next_month_start,
            closing_amount,
            0
        from month_ends
        where next_month_start < {{ cutoff() }}
    ) as both_ends
    group by account_key, month_start

),

fct_mrr_movements as (

    select
        {{ key_of(['balances.account_key', 'balances.month_start']) }} as mrr_movement_key,
        balances.account_key,
        balances.opening_amount,
        cast(
            case when balances.opening_amount = 0 and balances.month_start = first_months.first_month
                then balances.closing_amount else 0 end as decimal(18, 2)
        ) as new_amount,
        cast(
            case when balances.opening_amount = 0 and balances.month_start > first_months.first_month
                then balances.closing_amount else 0 end as decimal(18, 2)
        ) as reactivation_amount,
        cast(
            case when balances.opening_amount > 0 and balances.closing_amount > balances.opening_amount
                then balances.closing_amount - balances.opening_amount else 0 end as decimal(18, 2)
        ) as expansion_amount,
        cast(
            case when balances.closing_amount > 0 and balances.closing_amount < balances.opening_amount
                then balances.opening_amount - balances.closing_amount else 0 end as decimal(18, 2)
        ) as contraction_amount,
        cast(
            case when balances.closing_amount = 0 then balances.opening_amount else 0 end as decimal(18, 2)
        ) as churn_amount,
        balances.closing_amount,
        cast(balances.month_start as date) as movement_month
    from balances
    inner join first_months on balances.account_key = first_months.account_key

)

select * from fct_mrr_movements
