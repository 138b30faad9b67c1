-- Recurring revenue (MRR) at the end of each month by plan, in the reporting currency: plans add
-- up to closing_amount of fct_mrr_movements. The present month ends at the cutoff.
with

subscriptions as ({{ usable_rows(ref('int_subscriptions_rows_checked')) }}),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

paid_intervals as (

    select
        companies.account_key,
        coalesce(subscriptions.plan, 'unknown') as plan,
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

converted_intervals as (

    -- At the rate of the account's first day, as in fct_mrr_movements.
    select
        paid_intervals.account_key,
        paid_intervals.plan,
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

    {{ month_spine('(select min(started_at) from converted_intervals)', cutoff()) }}

),

recurring_revenue_by_plan as (

    select
        cast(months.month_start as date) as month_start,
        intervals.plan,
        count(distinct intervals.account_key) as account_count,
        cast(sum(intervals.monthly_amount) as decimal(18, 2)) as closing_amount
    from converted_intervals as intervals
    inner join months
        on
            intervals.started_at < months.next_month_start
            and (intervals.ended_at >= months.next_month_start or intervals.ended_at is null)
    group by months.month_start, intervals.plan

)

select * from recurring_revenue_by_plan
order by month_start desc, closing_amount desc
