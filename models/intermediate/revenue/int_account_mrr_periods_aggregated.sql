{# Grain: one row per month or quarter and account with recurring revenue in it. MRR at the start
   and the end, and the movement between them: what comes and goes within the period is no movement,
   so that an expansion that is given back cannot lower GRR. #}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where period_kind != 'week'),

mrr_movements as (select * from {{ ref('fct_mrr_movements') }}),

customers as (select * from {{ ref('int_customers_aggregated') }}),

account_months as (

    select
        periods.period_kind,
        periods.period_start,
        mrr_movements.account_key,
        mrr_movements.movement_month,
        mrr_movements.opening_amount,
        mrr_movements.closing_amount,
        max(mrr_movements.movement_month) over (
            partition by periods.period_kind, periods.period_start
        ) as last_month
    from mrr_movements
    inner join periods
        on {{ falls_in('mrr_movements.movement_month', 'periods') }}

),

account_balances as (

    select
        period_kind,
        period_start,
        account_key,
        sum(case when movement_month = period_start then opening_amount else 0 end)
            as opening_amount,
        sum(case when movement_month = last_month then closing_amount else 0 end)
            as closing_amount
    from account_months
    group by period_kind, period_start, account_key

),

account_movements as (

    select
        account_balances.*,
        customers.funnel,
        customers.channel,
        customers.segment,
        case
            when account_balances.opening_amount = 0 and account_balances.closing_amount = 0
                then 'none'
            when
                account_balances.opening_amount = 0
                and customers.first_mrr_month >= account_balances.period_start then 'new'
            when account_balances.opening_amount = 0 then 'reactivation'
            when account_balances.closing_amount = 0 then 'churn'
            when account_balances.closing_amount > account_balances.opening_amount
                then 'expansion'
            else 'contraction'
        end as movement,
        abs(account_balances.closing_amount - account_balances.opening_amount) as moved_amount
    from account_balances
    inner join customers on account_balances.account_key = customers.customer_key

),

int_account_mrr_periods_aggregated as (

    select
        account_key,
        period_kind,
        period_start,
        funnel,
        channel,
        segment,
        movement,
        case when opening_amount > 0 then 1 else 0 end as opening_customer_count,
        case when movement = 'churn' then 1 else 0 end as churned_customer_count,
        case when closing_amount > 0 then 1 else 0 end as closing_customer_count,
        opening_amount,
        case when movement = 'new' then moved_amount else 0 end as new_amount,
        case when movement = 'reactivation' then moved_amount else 0 end as reactivation_amount,
        case when movement = 'expansion' then moved_amount else 0 end as expansion_amount,
        case when movement = 'contraction' then moved_amount else 0 end as contraction_amount,
        case when movement = 'churn' then moved_amount else 0 end as churn_amount,
        closing_amount
    from account_movements

)

select * from int_account_mrr_periods_aggregated
