{# Grain: one row per comparison, account and month in which the CRM or billing has an amount. What
   the CRM booked or has under contract, and what billing was paid or bills, side by side. #}
{%- set contract_months = int_var('contract_months') -%}
{%- set recorded = [] -%}
{%- for entities in var('systems').values() %}{% do recorded.extend(entities) %}{% endfor -%}
with

opportunities as (select * from {{ ref('dim_opportunities') }} where outcome = 'won'),

payments as (select * from {{ ref('fct_payments') }}),

movements as (select * from {{ ref('fct_mrr_movements') }}),

mapped_companies as (select * from {{ ref('int_company_accounts_mapped') }}),

deleted_opportunities as (

    select company_key
    from {{ ref('int_opportunities_rows_checked') }}
    where reason_code = 'deleted' and is_won

),

months as (

    {{ month_spine('(select min(closed_at) from opportunities)', cutoff()) }}

),

account_deletions as (

    select
        mapped_companies.account_key,
        count(*) as deleted_count
    from deleted_opportunities
    inner join mapped_companies
        on deleted_opportunities.company_key = mapped_companies.company_key
    group by mapped_companies.account_key

),

running_contracts as (

    -- A new contract or a renewal takes the place of what ran before; an expansion adds to it.
    select
        opportunities.account_key,
        opportunities.revenue_type,
        opportunities.won_amount,
        opportunities.closed_at,
        months.month_start,
        max(case when opportunities.revenue_type != 'expansion' then opportunities.closed_at end)
            over (partition by opportunities.account_key, months.month_start) as base_closed_at
    from opportunities
    inner join months
        on
            opportunities.closed_at < months.next_month_start
            and {{ dbt.dateadd('month', contract_months, 'opportunities.closed_at') }}
            >= months.next_month_start

),

amounts as (

    select
        'payments' as comparison,
        account_key,
        cast({{ period_start('month', 'closed_at') }} as date) as month_start,
        won_amount as crm_amount,
        0 as billing_amount,
        -- The part of the contract that lies after the cutoff.
        won_amount * greatest(
            0,
            1 - {{ days_between('closed_at', cutoff()) }} / (30.4375 * {{ contract_months }})
        ) as coming_amount
    from opportunities
    union all
    select
        'payments' as comparison,
        account_key,
        cast({{ period_start('month', 'paid_at') }} as date) as month_start,
        0 as crm_amount,
        amount as billing_amount,
        0 as coming_amount
    from payments
    union all
    select
        'recurring_revenue' as comparison,
        account_key,
        cast(month_start as date) as month_start,
        won_amount / {{ contract_months }} as crm_amount,
        0 as billing_amount,
        0 as coming_amount
    from running_contracts
    where base_closed_at is null or closed_at >= base_closed_at
    union all
    select
        'recurring_revenue' as comparison,
        account_key,
        movement_month as month_start,
        0 as crm_amount,
        closing_amount as billing_amount,
        0 as coming_amount
    from movements

),

int_bookings_and_billing_aggregated as (

    select
        amounts.comparison,
        amounts.account_key,
        amounts.month_start,
        cast(sum(amounts.crm_amount) as decimal(18, 2)) as crm_amount,
        cast(sum(amounts.billing_amount) as decimal(18, 2)) as billing_amount,
        cast(sum(amounts.coming_amount) as decimal(18, 2)) as coming_amount,
        coalesce(max(account_deletions.deleted_count), 0) as deleted_count
    from amounts
    left join account_deletions on amounts.account_key = account_deletions.account_key
    where
        -- Without a system that records it, there is nothing to compare with.
        {{ 'opportunities' in recorded }}
        and (
            (amounts.comparison = 'payments' and {{ 'payments' in recorded }})
            or (
                amounts.comparison = 'recurring_revenue' and {{ 'subscriptions' in recorded }}
            )
        )
    group by amounts.comparison, amounts.account_key, amounts.month_start

)

select * from int_bookings_and_billing_aggregated
