{# Grain: one row per account, with what it has bought. #}
with

accounts as (select * from {{ ref('int_accounts_described') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

account_journeys as (

    select
        account_key,
        count(*) as journey_count,
        sum(coalesce(won_amount, 0) + coalesce(renewal_and_expansion_amount, 0)) as won_amount,
        bool_or(has_win) as is_customer,
        min(customer_state) as customer_state,
        min(win_at) as customer_at
    from journeys
    where account_key is not null
    group by account_key

),

dim_accounts as (

    select
        accounts.account_key,
        accounts.parent_account_key,
        accounts.ultimate_parent_account_key,
        accounts.funnel,
        coalesce(accounts.industry, 'unknown') as industry,
        accounts.industry_system,
        coalesce(accounts.country, 'unknown') as country,
        accounts.country_system,
        accounts.employees_system,
        accounts.employees as employee_count,
        accounts.record_count,
        account_journeys.customer_state,
        coalesce(account_journeys.journey_count, 0) as journey_count,
        cast(coalesce(account_journeys.won_amount, 0) as decimal(18, 2)) as won_amount,
        coalesce(account_journeys.is_customer, false) as is_customer,
        accounts.is_in_parent_cycle,
        account_journeys.customer_at
    from accounts
    left join account_journeys on accounts.account_key = account_journeys.account_key

)

select * from dim_accounts
