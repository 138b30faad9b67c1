with

movements as (select * from {{ ref('fct_mrr_movements') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

account_subscriptions as (

    select
        companies.account_key,
        subscriptions.*
    from {{ ref('int_subscriptions_rows_checked') }} as subscriptions
    inner join {{ ref('int_company_accounts_mapped') }} as companies
        on subscriptions.company_key = companies.company_key
    where subscriptions.monthly_amount != 0 and subscriptions.reason_code is null

),

first_days as (

    select
        account_key,
        currency,
        min(started_at) as started_at
    from account_subscriptions
    group by account_key, currency

),

converted_subscriptions as (

    select
        account_subscriptions.started_at,
        account_subscriptions.ended_at,
        {{ in_reporting_currency('account_subscriptions.monthly_amount', 'rates.rate') }} as amount
    from account_subscriptions
    inner join first_days
        on
            account_subscriptions.account_key = first_days.account_key
            and account_subscriptions.currency = first_days.currency
    inner join rates
        on {{ rate_applies('rates', 'first_days.currency', 'first_days.started_at') }}

),

changes as (

    select
        started_at as changed_at,
        amount as change_amount
    from converted_subscriptions
    union all
    select
        ended_at as changed_at,
        -amount as change_amount
    from converted_subscriptions
    where ended_at is not null

),

months as (

    select
        movement_month,
        sum(opening_amount) as opening_amount,
        sum(
            new_amount + reactivation_amount + expansion_amount - contraction_amount - churn_amount
        ) as movement_amount,
        sum(closing_amount) as closing_amount
    from movements
    group by movement_month

),

comparisons as (

    select
        months.movement_month,
        months.opening_amount,
        months.movement_amount,
        months.closing_amount,
        coalesce(lag(months.closing_amount) over (order by months.movement_month), 0)
            as previous_closing_amount,
        (
            select sum(changes.change_amount)
            from changes
            where changes.changed_at < {{ dbt.dateadd('month', 1, 'months.movement_month') }}
        ) as running_amount
    from months

)

select * from comparisons
where
    opening_amount + movement_amount != closing_amount
    or opening_amount != previous_closing_amount
    or closing_amount != running_amount
