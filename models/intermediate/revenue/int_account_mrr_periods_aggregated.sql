{# Grain: one row per month or quarter and account with recurring revenue in it or a year before its
   end. MRR at the start and the end, and the movement between them: what comes and goes within the
   period is no movement, so that an expansion that is given back cannot lower GRR. #}
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

last_months as (

    select distinct
        period_kind,
        period_start,
        last_month
    from account_months

),

period_amounts as (

    select
        period_kind,
        period_start,
        account_key,
        case when movement_month = period_start then opening_amount else 0 end as opening_amount,
        case when movement_month = last_month then closing_amount else 0 end as closing_amount,
        0 as year_opening_amount
    from account_months
    union all
    -- What the account paid twelve months before the end of the period.
    select
        last_months.period_kind,
        last_months.period_start,
        mrr_movements.account_key,
        0 as opening_amount,
        0 as closing_amount,
        mrr_movements.closing_amount as year_opening_amount
    from last_months
    inner join mrr_movements
        on {{ add_months('last_months.last_month', -12) }} = mrr_movements.movement_month
    where mrr_movements.closing_amount > 0

),

account_balances as (

    select
        period_kind,
        period_start,
        account_key,
        sum(opening_amount) as opening_amount,
        sum(closing_amount) as closing_amount,
        sum(year_opening_amount) as year_opening_amount
    from period_amounts
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
        closing_amount,
        case when year_opening_amount > 0 then 1 else 0 end as year_opening_customer_count,
        case when year_opening_amount > 0 and closing_amount = 0 then 1 else 0 end
            as year_churned_customer_count,
        year_opening_amount,
        case when year_opening_amount > 0 then closing_amount else 0 end as year_net_amount,
        least(year_opening_amount, closing_amount) as year_gross_amount
    from account_movements

)

select * from int_account_mrr_periods_aggregated
