{# Grain: one row an account and month in which it had recurring revenue at the start or the end. #}
with

subscriptions as (select * from {{ ref('int_subscriptions_unioned') }}),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

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
        spells.account_key,
        months.month_start,
        months.next_month_start,
        sum(spells.monthly_amount) as closing_amount
    from spells
    inner join months
        on
            spells.started_at < months.next_month_start
            and (spells.ended_at >= months.next_month_start or spells.ended_at is null)
    group by spells.account_key, months.month_start, months.next_month_start

),

balances as (

    select
        account_key,
        month_start,
        cast(sum(opening_amount) as decimal(18, 2)) as opening_amount,
        cast(sum(closing_amount) as decimal(18, 2)) as closing_amount,
        min(month_start) over (partition by account_key) as first_month
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
            next_month_start as month_start,
            closing_amount as opening_amount,
            0 as closing_amount
        from month_ends
        where next_month_start < {{ cutoff() }}
    ) as both_ends
    group by account_key, month_start

),

classified as (

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
    from balances

),

fct_mrr_movements as (

    select
        {{ key_of(['account_key', 'month_start']) }} as mrr_movement_key,
        account_key,
        opening_amount,
        {%- for gain in ['new', 'reactivation', 'expansion'] %}
        cast(case when movement = '{{ gain }}' then change_amount else 0 end as decimal(18, 2))
            as {{ gain }}_amount,
        {%- endfor %}
        {%- for loss in ['contraction', 'churn'] %}
        cast(case when movement = '{{ loss }}' then -change_amount else 0 end as decimal(18, 2))
            as {{ loss }}_amount,
        {%- endfor %}
        closing_amount,
        cast(month_start as date) as movement_month
    from classified

)

select * from fct_mrr_movements
