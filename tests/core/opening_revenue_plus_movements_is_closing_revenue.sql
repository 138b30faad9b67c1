with

movements as (select * from {{ ref('fct_mrr_movements') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

changes as (

    select
        subscriptions.started_at as changed_at,
        {{ in_reporting_currency('subscriptions.monthly_amount', 'rates.rate') }} as change_amount
    from {{ ref('int_subscriptions_unioned') }} as subscriptions
    inner join rates
        on {{ rate_applies('rates', 'subscriptions.currency', 'subscriptions.started_at') }}
    union all
    select
        subscriptions.ended_at as changed_at,
        -1
        * {{ in_reporting_currency('subscriptions.monthly_amount', 'rates.rate') }} as change_amount
    from {{ ref('int_subscriptions_unioned') }} as subscriptions
    inner join rates
        on {{ rate_applies('rates', 'subscriptions.currency', 'subscriptions.started_at') }}
    where subscriptions.ended_at is not null

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
