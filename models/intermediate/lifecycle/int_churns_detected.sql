{# Grain: one row each time the last paid subscription of an account ended, with the opportunity
   that had won the account, and the time at which the account paid again. #}
with

subscriptions as (select * from {{ ref('int_subscriptions_unioned') }}),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

won_accounts as (

    select distinct account_key
    from opportunities
    where outcome = 'won' and opportunity_type = 'new' and account_key is not null

),

customer_opportunities as (

    -- Since when an account is a customer: since each win of new business (if that has no date,
    -- since the opportunity was created); without any, it was one before the records, and has been
    -- since each renewal or expansion was created.
    select
        opportunity_key,
        person_key,
        account_key,
        coalesce(closed_at, created_at, {{ start_of_time() }}) as customer_at
    from opportunities
    where outcome = 'won' and opportunity_type = 'new'
    union all
    select
        opportunities.opportunity_key,
        opportunities.person_key,
        opportunities.account_key,
        coalesce(opportunities.created_at, {{ start_of_time() }}) as customer_at
    from opportunities
    left join won_accounts on opportunities.account_key = won_accounts.account_key
    where opportunities.opportunity_type != 'new' and won_accounts.account_key is null

),

account_subscriptions as (

    select
        companies.account_key,
        subscriptions.system,
        subscriptions.end_reason,
        subscriptions.started_at,
        subscriptions.ended_at
    from subscriptions
    inner join companies on subscriptions.company_key = companies.company_key
    -- A price of zero is no revenue: its end is no churn, and its start no return.
    where subscriptions.monthly_amount > 0

),

last_ends as (

    -- A subscription that begins within a day after the end of another one continues it.
    select
        ended.account_key,
        min(ended.system) as system,
        min(ended.end_reason) as exit_reason,
        ended.ended_at as exited_at
    from account_subscriptions as ended
    left join account_subscriptions as running
        on
            ended.account_key = running.account_key
            and running.started_at < {{ add_days('ended.ended_at', 1) }}
            and coalesce(running.ended_at, {{ end_of_time() }}) > ended.ended_at
    where ended.ended_at is not null and running.account_key is null
    group by ended.account_key, ended.ended_at

),

returns as (

    select
        last_ends.account_key,
        last_ends.exited_at,
        min(account_subscriptions.started_at) as returned_at
    from last_ends
    inner join account_subscriptions
        on
            last_ends.account_key = account_subscriptions.account_key
            and last_ends.exited_at < account_subscriptions.started_at
    group by last_ends.account_key, last_ends.exited_at

),

last_wins as (

    select
        last_ends.account_key,
        last_ends.exited_at,
        {{ last_by(
            'customer_opportunities.opportunity_key',
            'row(customer_opportunities.customer_at, customer_opportunities.opportunity_key)'
        ) }} as opportunity_key
    from last_ends
    inner join customer_opportunities
        on
            last_ends.account_key = customer_opportunities.account_key
            and last_ends.exited_at >= customer_opportunities.customer_at
    group by last_ends.account_key, last_ends.exited_at

),

int_churns_detected as (

    select
        customer_opportunities.person_key,
        last_wins.opportunity_key,
        last_ends.exit_reason,
        last_ends.system,
        last_ends.exited_at,
        returns.returned_at
    from last_ends
    inner join last_wins
        on
            last_ends.account_key = last_wins.account_key
            and last_ends.exited_at = last_wins.exited_at
    inner join customer_opportunities
        on last_wins.opportunity_key = customer_opportunities.opportunity_key
    left join returns
        on
            last_ends.account_key = returns.account_key
            and last_ends.exited_at = returns.exited_at

)

select * from int_churns_detected
